"""Writes spark_jobs/veilflow/classify/person_names.txt from Faker's lists of names (MIT licence).

    pip install faker && python tests/golden/make_person_names.py > \
        spark_jobs/veilflow/classify/person_names.txt

Taken are the lists of all of Faker's locales, the most frequent names first where a list tells how
frequent they are, so that no language fills the file. Left out are words that a table holds as
often for something else: Faker's own words, colours, currencies and places, and those below.
"""

from __future__ import annotations

import importlib
import pkgutil
import unicodedata
from collections.abc import Iterator, Mapping

import faker
from faker.providers import color, currency, lorem, person
from veilflow.classify.header_words import STRONG, WEAK
from veilflow.classify.headers import fold
from veilflow.classify.plain_words import PLAIN_WORDS
from veilflow.classify.words import CITIES, COUNTRIES, FLAGS, MONTHS, ORGANIZATION, REGIONS, STREET

EACH = 320
"""Names of one list that are taken."""

OTHER = frozenset(
    """
    absolute account admiral adult africa alpha america amor angel animal apple april archer area
    arena army arrow art asia asset august auto autumn away baby bachelor back bacon badger bag
    baker ball band bank banner bar bard bark barn baron basil bass baton battle bay bean bear beau
    beck bee beer berry best beta bird bishop bit black block bloom blossom blue board boat body
    bolt bond bone book boot border boss bow box boy brand brass brave bread breeze brick bridge
    bright broad bronze brook broom brown brush buck bud bull bunny burger burn bus bush button buy
    buzz cable cake call candle candy canvas cape capital captain car card care cargo carol case
    cash cassette castle cat cause cedar cell center central chair chance chase check cherry chess
    chief child chip choice church city class clay clean clear cliff close cloth cloud clover club
    coach coal coast coat code coffee coin cold college color comet common concord cool copper coral
    core cork corn corner cotton count country county court cove cover cow cream creek crew cross
    crow crown cruise crystal cup current curry custom daisy dale dance dark data date day deal dean
    decade deep deer delta den desert diamond dish dive dock dog dollar door double dove down dragon
    dream dress drive drum duck duke dull dusk dust duty eagle early earth east easy echo eden edge
    egg elder elite elm ember emerald empire end energy engine era ever face fair faith falcon fall
    fame family fan farm farmer fast father fern field fig film finch fine fire first fish fit five
    flag flame flash fleet flint flower fly food foot forest fort forte foster four fox frame free
    freedom fresh friend frost fruit fuel full game garden gas gate gem general genius gentle giant
    gift ginger girl glass glen globe glory goal gold golden good goose grain grand granite grape
    grass great green grey grove guest guide gulf hair hall halo hand happy harbor hard harmony
    harvest hat haven hawk hazel head heart heath heather heaven height hero hill history hobby
    holiday holly home honest honey honor hood hook hope horizon horn horse hot hotel house human
    hunter ice idea independence indigo ink iris iron island ivory ivy jade jasmine jasper jazz jet
    jewel job jolly joy juice junior jury just justice key kid king kit kitchen knight lady lake
    lamb lamp land lane language large lark laurel law lawn lead leaf legend lemon liberty light
    lily lime line link lion list little live load local lock long lord lot lotus loud love low
    loyal luck lucky lunch machine made magic magnolia mail main major male man mango manor maple
    march mark market marsh mason master match math max may mayor meadow meal medal media melody
    memory mercury mercy metal meteor middle miles milk mill mine mint mirror miss modern money monk
    monkey month moon moor morning moss most mother mountain mouse much mud muse music mystery myth
    name nature navy near neat nest network never new news night noble none noon north notable novel
    number nurse nut oak oasis oats ocean office oil old olive onyx opal open orange orbit orchid
    order other outlaw owl page paid paint pair palace palm panda panel paper paradise park part
    party pass past patch path patience pause peace peach peak pear pearl pen penny people pepper
    perfect phoenix photo piano picture pigeon pike pine pink pioneer pipe pit place plain plan
    plane planet plant plate play plum point pole police pond pool poor poppy porter post pot power
    prairie present president price pride prince princess print private prize profit proper proud
    public pump pure purple quail quality queen quest quick quiet quiz rabbit race radio rage rain
    raven ray real rebel red reef region relax remedy report rest retail rice rich ride rider right
    ring rise river road robin rock rocket roman romance room root rope rosa rose rosemary round
    route royal ruby rule run rush rust sack saffron sage saint sale salt sand sapphire satin save
    say scale scarlet school sea seal season secret see self sense series serpent service set seven
    shade shadow shark sharp shed sheep shell shepherd shine ship shirt shop shore short side silk
    silver simple single sir site six size skin sky slate slim slow small smart smile smith smoke
    smooth snow social sofa soft solar soldier solid song sound south space spade spark spare
    special speed sphere spice spirit spring spruce square stable staff stage star state steel
    sterling still stock stone storm story strange stream street strong student style sugar suite
    summer summit sun sunny sunset super sure surf swan sweet swift system table tailor take talent
    tall tan tax tea team teal temple ten test text thing thistle thorn three tide tiger tile timber
    time tin tip title token top torch total touch tower town track trade trail train travel tree
    trend true trust truth tulip turner turtle twin two union unique unit unity user valley value
    van vanilla velvet venture victory view villa village vine vintage violet vision vista visit
    vogue voyage walk walker wall wander war ward warm warrior wash water wave way weaver web week
    west wheel whisper white wide wild will willow wind wine wing winner winter wise wish wolf woman
    wonder wood wool word work world worth wren wright yard year yellow yes yield young zero zone
    alto bella bello casa centro claro color cruz dolce dos flor gran luna mar mesa mundo nova ola
    oro pan paz plata sol tierra uno uva verde vida vino art blanc bois bon clair cher fleur jour
    lac mer neige noir nuit pain roi roux vert bach berg blau brot haus hof holz klein kopf kurz
    lang licht mann neu rot stern tag tal vogel wald weg weiss wein zeit battery theft assault
    robbery motor narcotics shirt shoes sandal boots jeans sweater jacket bottle basket bracelet
    bear towel mug chardonnay merlot sauvignon pinot gouda brie cheddar toyota honda ford chevrolet
    nissan tesla audi mercedes porsche ferrari lexus mazda subaru jeep dodge volvo fiat renault
    peugeot citroen skoda seat opel kia hyundai monday tuesday wednesday thursday friday saturday
    sunday
    """.split()
)


def lists() -> Iterator[tuple[bool, list[str]]]:
    """For each attribute of Faker's name providers whether it holds family names, and its names,
    the most frequent first."""
    for module in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{module.name}").Provider
        for attribute in sorted(dir(provider)):
            listed = getattr(provider, attribute)
            if "name" not in attribute or callable(listed):
                continue
            if not attribute.startswith(("first", "last", "male", "female", "romanized", "given")):
                continue
            yield attribute.startswith("last"), names_of(listed)


def names_of(listed: object) -> list[str]:
    """The names of a sequence or of a mapping from names to weights, heaviest first.

    Japanese entries hold the same name in three scripts.
    """
    if isinstance(listed, Mapping):
        listed = sorted(listed, key=lambda name: -listed[name])
    entries = listed if isinstance(listed, (list, tuple, set, frozenset)) else ()
    pairs = (entry if isinstance(entry, tuple) else (entry,) for entry in entries)
    return [part for pair in pairs for part in pair if isinstance(part, str)]


def ordinary() -> set[str]:
    """Words that are no sign of a name."""
    words = set(OTHER | PLAIN_WORDS | FLAGS | ORGANIZATION | STREET | set(MONTHS))
    for text in (*CITIES, *COUNTRIES, *REGIONS, *STRONG.values(), *WEAK.values()):
        words.update(text.replace(",", " ").split())
    words.update(fold(word) for word in lorem.en_US.Provider.word_list)
    for name in color.Provider.all_colors:
        words.add(fold(name))
    for _, name in currency.Provider.currencies:
        words.update(fold(name).split())
    return words


def is_word(text: str) -> bool:
    """Letters only, and the vowel signs of Indian scripts."""
    return all(char.isalpha() or unicodedata.category(char)[0] == "M" for char in text)


def main() -> None:
    """Print the file: alphabetic names, then family names in Chinese, Japanese, Korean script."""
    unwanted, found, cjk = ordinary(), set(), set()
    for is_family, names in lists():
        for name in names[:EACH]:
            word, written = fold(name.strip()), name.strip()
            if any("\u2e80" <= char <= "\ud7af" for char in written):
                if is_family and len(written) <= 2:
                    cjk.add(written)
            elif len(word) > 2 and is_word(word) and word not in unwanted:
                found.add(word)
    print(f"# Names of persons, folded; from Faker {faker.VERSION} (github.com/joke2k/faker), MIT")
    print("# licence, by tests/golden/make_person_names.py, which says how they were chosen.")
    ascii_names = sorted(filter(str.isascii, found))
    others = sorted(found - set(ascii_names))
    for names in (ascii_names, others, sorted(cjk)):
        print("\n" + "\n".join(names))


if __name__ == "__main__":
    main()
