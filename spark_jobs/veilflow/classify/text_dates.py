"""Dates inside texts: where they are, and which days they may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from veilflow.classify.headers import fold
from veilflow.classify.words import MONTHS

__all__ = ["find_dates", "find_partial_dates"]

_MONTH = r"[^\W\d_]{3,12}\.?"
_DATES = re.compile(
    # A hyphen before or after is one date's own, or joins two: 2/7/2021-9/7/2021.
    r"(?:(?<![\w./-])|(?<=[12][0-9]{3}-))(?:"
    r"(?P<y1>[12][0-9]{3})(?P<s1>[-/.])(?P<m1>[0-9]{1,2})(?P=s1)(?P<d1>[0-9]{1,2})"
    r"|(?P<a2>[0-9]{1,2})(?P<s2>[-/.])(?P<b2>[0-9]{1,2})(?P=s2)(?P<y2>[12][0-9]{3}|[0-9]{2})"
    r"|(?P<y3>[12][0-9]{3})(?P<m3>[01][0-9])(?P<d3>[0-3][0-9])"
    rf"|(?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th|\.)?[ -](?:of |de )?(?P<w4>{_MONTH})[ ,-]{{1,2}}(?:de )?"
    r"(?P<y4>[12][0-9]{3}|[0-9]{2})"
    rf"|(?P<w5>{_MONTH})[ -](?P<d5>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ,-]{{1,2}}(?P<y5>[12][0-9]{{3}})"
    r")(?:(?=T[0-2][0-9]:|-[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{2})|(?![\w/-]|\.[0-9]))"
)
_NAMED_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Januar|Februar|M\u00e4rz|Mai|Juni|Juli|Oktober|"
    r"Dezember|janvier|f\u00e9vrier|mars|avril|mai|juin|juillet|ao\u00fbt|septembre|octobre|novembre|"
    r"d\u00e9cembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|"
    r"diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre)"
)
_WEEKDAY = r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_DAYS = r"[0-3]?[0-9](?:st|nd|rd|th|\.)?(?: ?(?:-|\u2013|to) ?[0-3]?[0-9](?:st|nd|rd|th|\.)?)?"
_PARTIAL = re.compile(
    rf"(?<![\w./-])(?:(?:{_DAYS} (?:of |de )?)?{_NAMED_MONTH}\.?,?[ -]"
    r"(?:of |de |del )?(?:19|20)[0-9]{2}"
    # Thu Mar 14 08:11:32 2013, as the system's clock writes it; March 12-14, 2020.
    rf"|{_NAMED_MONTH} [ 0-3]?[0-9] [0-2][0-9]:[0-5][0-9]:[0-6][0-9](?: [A-Z]{{3,4}})? "
    r"(?:19|20)[0-9]{2}"
    rf"|{_NAMED_MONTH}\.? [0-3]?[0-9] ?(?:-|\u2013) ?[0-3]?[0-9](?:, (?:19|20)[0-9]{{2}})?"
    r"|(?:19|20)[0-9]{2}-W[0-5][0-9](?:-[1-7])?"
    r"|(?:19|20)[0-9]{2}\u5e74(?:1[0-2]|0?[1-9])\u6708(?:[0-3]?[0-9]\u65e5)?"
    rf"|{_WEEKDAY},? the [0-3]?[0-9](?:st|nd|rd|th)"
    rf"|[0-3]?[0-9](?:st|nd|rd|th|\.)? (?:of |de )?{_NAMED_MONTH}(?!\.[a-z])"
    r"|(?:0?[1-9]|1[0-2])/(?:19|20)[0-9]{2}"
    rf"|{_NAMED_MONTH}\.? [0-3]?[0-9](?:st|nd|rd|th)?)(?![\w/:%-]|[.,][0-9]| ?[ap]\.?m\b| %)"
)
_EXPIRY = re.compile(
    r"(?:exp(?:\.|ires?|ired|iring|iration|iry)?(?: date)?|valid (?:until|thru|through|to)|"
    r"good thru|g\u00fcltig bis|(?<![0-9])[0-9](?:[ -]?[0-9]){12,18},?)"
    r"(?: (?:is|on|in|of|at|by))?[ :,\n]{1,3}((?:0?[1-9]|1[0-2])[/-](?:[0-9]{2}|20[0-9]{2}))"
    r"(?![\w/-])",
    re.IGNORECASE,
)
_DAY_AND_MONTH = re.compile(
    r"(?:\b(?:on|since|until|till|before|after|dated|seit|am|le|el)|\b(?:[Mm]on|[Tt]ue|[Ww]ed|"
    r"[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)(?:s|nes|rs|ur)?(?:day)?,?) "
    r"((?:0?[1-9]|[12][0-9]|3[01])/(?:0?[1-9]|[12][0-9]|3[01]))(?![\w/%-]|[.,][0-9]"
    r"| ?(?:of|cup|mile|inch|\u2033|\"))"
)

# A day of the week as the time of something, which a word before or after says; "Monday Meeting"
# and "Black Friday" are names. Months and days shifted alike would give the shift away by it.
_DAY_OF_WEEK = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|montag|dienstag|mittwoch|donnerstag|freitag|"
    r"samstag|sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|"
    r"mi\u00e9rcoles|jueves|viernes|s\u00e1bado|domingo|luned\u00ec|marted\u00ec|mercoled\u00ec|"
    r"gioved\u00ec|venerd\u00ec|sabato|domenica|(?:segunda|ter\u00e7a|quarta|quinta|sexta)-feira|"
    r"maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)"
)
_WHEN = re.compile(
    r"(?<!\w)(?:(?:on|this|next|last|past|by|until|till|since|every|each|from|before|after|for|to|or|"
    r"and|through|early|late|am|seit|bis|ab|jeden|diesen|n\u00e4chsten|letzten|kommenden|vom|le|ce|"
    r"depuis|chaque|el|este|del|desde|il|da|na|op|vanaf|tot|sinds|afgelopen|komende|volgende),? "
    rf"({_DAY_OF_WEEK})"
    rf"|({_DAY_OF_WEEK})(?=,? (?:morning|noon|afternoon|evening|night|at|next|last|the|gone|before|"
    r"vormittag|nachmittag|abend|matin|soir|prochain|dernier|pr\u00f3ximo|pasado|ochtend|middag|"
    r"avond|[0-2]?[0-9](?::[0-5][0-9]| ?[ap]\.?m))))(?!\w|-\w)",
    re.IGNORECASE,
)
# What each of these days has in it: looked for first, since it costs next to nothing.
_IN_WEEKDAYS = (
    "day", "tag", "dag", "mittwoch", "sonnabend", "lundi", "mardi", "credi", "jeudi", "vendredi",
    "samedi", "dimanche", "lunes", "martes", "coles", "jueves", "viernes", "bado", "domingo",
    "ed\u00ec", "sabato", "domenica", "-feira",
)  # fmt: skip


def find_dates(text: str) -> Iterator[tuple[int, int, tuple[date, ...]]]:
    """Start, end and the days that each date in ``text`` may mean.

    Numeric dates are read day first and month first, years of two digits in both centuries. A
    year, or a month and a year, is no date.
    """
    for found in _DATES.finditer(text):
        days = tuple(dict.fromkeys(_days(found)))
        if days:
            yield found.start(), found.end(), days


def find_partial_dates(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of months with a day or a year, weeks, weekdays, and of when a card expires.

    HIPAA (C) counts them as dates: all elements but the year. They stand for no single day, so
    :func:`find_dates` leaves them out.
    """
    for found in _PARTIAL.finditer(text):
        yield found.span()
    for form in (_EXPIRY, _DAY_AND_MONTH):
        for found in form.finditer(text):
            if form is _EXPIRY or min(map(int, found[1].split("/"))) <= 12:
                yield found.span(1)
    folded = text.lower()
    if any(piece in folded for piece in _IN_WEEKDAYS):
        for found in _WHEN.finditer(text):
            yield found.span(1 if found[1] else 2)


def _days(found: re.Match[str]) -> Iterator[date]:
    if found["y1"]:
        yield from _day(found["y1"], found["m1"], found["d1"])
    elif found["y2"]:
        yield from _day(found["y2"], found["a2"], found["b2"])
        yield from _day(found["y2"], found["b2"], found["a2"])
    elif found["y3"]:
        yield from _day(found["y3"], found["m3"], found["d3"])
    else:
        which = "4" if found["y4"] else "5"
        month = MONTHS.get(fold(found["w" + which]).rstrip("."))
        if month is not None:
            yield from _day(found["y" + which], str(month), found["d" + which])


def _day(year: str, month: str, day: str) -> Iterator[date]:
    number = int(year)
    for full in (number,) if len(year) == 4 else (1900 + number, 2000 + number):
        try:
            made = date(full, int(month), int(day))
        except ValueError:
            continue
        if 1850 <= full <= 2100:
            yield made
