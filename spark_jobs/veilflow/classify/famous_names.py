"""Names of persons that firms, goods and places are called by, and seldom persons.

Folded as :func:`headers.fold` does. Public knowledge, kept short: the best known ones only, and
none by which many people are called (a Paul Smith is a person here).
"""

from __future__ import annotations

__all__ = ["BRANDS", "THINGS", "VERB_NAMES"]


def _lines(text: str) -> frozenset[str]:
    return frozenset(" ".join(entry.split()) for entry in text.split(","))


BRANDS = _lines(
    """
    ralph lauren, calvin klein, tommy hilfiger, louis vuitton, jimmy choo, michael kors, kate
    spade, hugo boss, yves saint laurent, christian dior, coco chanel, giorgio armani, karl
    lagerfeld, donna karan, tory burch, jack wolfskin, levi strauss, estee lauder, elizabeth
    arden, helena rubinstein, oscar de la renta, jean paul gaultier, guy laroche, alexander
    mcqueen, jack daniels, jim beam, johnnie walker, captain morgan, stella artois, jose cuervo,
    elijah craig, dom perignon, remy martin, moet, ben and jerry, uncle ben, aunt jemima, betty
    crocker, duncan hines, oscar mayer, dr oetker, dr pepper, dr martens, dr scholl, dr bronner,
    mr coffee, mr clean, mr muscle, mr bean, mr kipling, mrs meyer, mrs dash, mrs fields, papa
    john, tim hortons, fanny may, charles tyrwhitt, harley davidson, aston martin, rolls royce,
    alfa romeo, mercedes benz, john deere, rolex, patek philippe, vacheron constantin, raymond
    weil, daniel wellington, harry winston, marks and spencer, fortnum and mason, saks fifth
    avenue, neiman marcus, bergdorf goodman, barnes and noble, johnson and johnson, procter and
    gamble, ernst and young, arthur andersen, goldman sachs, morgan stanley, jp morgan, merrill
    lynch, charles schwab, wells fargo, lehman brothers, fannie mae, freddie mac, sallie mae,
    ray ban, black and decker, smith and wesson, martin luther king, martin marietta, lockheed
    martin, perkin elmer, abbott, eli lilly, merck, pfizer, boehringer ingelheim, bosch,
    siemens, philips, samsung, toyota, honda, nissan, suzuki, mazda, yamaha, kawasaki, porsche,
    ferrari, maserati, renault, peugeot, citroen, bugatti, lamborghini, boeing, airbus, dyson,
    hoover, gucci, prada, versace, armani, cartier, nestle, kellogg, hershey, cadbury, lindt,
    ferrero, miele, braun, lenovo, asus, dell, casio, seiko, nikon, canon, pentax, olympus,
    panasonic, hitachi, mitsubishi
    """
)
"""Whole names; with a possessive too ("Wendy's")."""

THINGS = frozenset(
    """
    sale shirt shirts jeans shoes bag bags dress perfume album song film movie show novel book
    series pizza soap syrup sauce beer whisky whiskey wine rum vodka bottle car motorcycle truck
    engine piano guitar amp watch phone printer laptop camera store shop shops outlet brand
    holiday prize award medal bridge museum stadium arena tower centre center airport station
    school university college hospital ward ambulance library theatre theater hall foundation trust
    institute building street road avenue square park lane drive court crossing dam canal tunnel
    amendment doctrine ruling treaty line island islands river lake mount mountain bay
    acid base adduct reagent reaction catalyst burner burners flask flasks stain lamp cell cells
    equation theorem lemma constant algorithm transform distribution function space matrix
    effect law principle paradox curve diagram scale cycle bond complex model
    controls electric motors foods airlines energy pharma chemicals steel records studios pictures
    knife knives screwdriver spanner wrench hammer drill saw rifle pistol tractor furniture sofa
    curtains wallpaper glasses sunglasses handbag boots socks coat jacket trousers tyres helmet
    keyboard keyboards drums violin sponge cake tea coffee chocolate biscuits cheese sausages
    catalogue franchise restaurant cafe bar hotel resort voucher blimp rocket telescope
    press publishing media networks robotics aerospace logistics insurance securities capital
    """.split()
)
"""What a thing is, after the name it is called by."""

VERB_NAMES = frozenset("jack nick rob bob chuck mike pat peg josh skip dick hank rod ted".split())
"""Given names that are verbs at the start of a sentence: "Rob the bank"."""
