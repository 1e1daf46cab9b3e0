"""Words that turn a column's name into one about something else: a phone model is no phone number,
and the number of e-mails no e-mail address.
"""

from __future__ import annotations

__all__ = ["COUNTS", "TELLS_ABOUT", "THINGS"]

TELLS_ABOUT = frozenset(
    """
    type types typ tipo count counts cnt length len flag flags ind indicator ratio rate pct percent
    percentage score avg average mean median std sd variance min max size model version status
    sent verified confirmed opened clicked enabled valid available category cat format source
    quality rank qty quantity label method mode frequency freq presence exists changed missing
    visibility required capacity volume weight width height depth density distance duration limit
    threshold class level tier group grp code cd lbl suffix prefix domain provider count1 os
    """.split()
)
"""Last words that say that the rest isn't the thing itself, but something about it."""

COUNTS = frozenset(
    """
    is has had num count cnt avg average mean median max min pct percent percentage n flag days
    years months weeks hours minutes seconds mths yrs since until anzahl aantal cantidad
    nbr nb can should was were does allow allows total_number
    """.split()
)
"""First words of a count, a share or a yes-or-no question."""

THINGS = frozenset(
    """
    brand brands product products item items make model models color colour colors species breed
    variety ingredient ingredients genre genres movie film song album track book game vessel ship
    aircraft airline airport station stop stadium venue restaurant dish recipe material fabric
    plant animal crop disease month weekday season holiday event race cultivar style flavor flavour
    marke produkt artikel modell farbe gattung produit marque couleur modele producto marca color
    modelo prodotto colore modello produto cor merk kleur
    """.split()
)
"""Last words of names of things, whose values may read like names of persons or places."""
