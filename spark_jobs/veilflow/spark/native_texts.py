"""Partial masks, ZIP codes, e-mail addresses, phone numbers and URLs as native Spark expressions.

The regular expressions are those of the pure forms: they name ASCII characters one by one and use
nothing in which Python and Java differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from veilflow.mask.email_address import ADDRESS, HIDDEN, Email
from veilflow.mask.partial import SEPARATORS, Partial
from veilflow.mask.phone_number import COUNTRY, INTERNATIONAL, NUMBER, SHORTEST_HIDDEN, SIZES, Phone
from veilflow.mask.safe_harbor import ZIP, SafeHarborZip, restricted
from veilflow.mask.web_address import REGISTERED, URL, Url
from veilflow.spark.native_forms import native_invalid, native_mask

if TYPE_CHECKING:
    from pyspark.sql import Column
    from pyspark.sql.types import DataType

__all__: list[str] = []


def _whole(pattern: str) -> str:
    """Java's ``$`` would let a line break follow."""
    return rf"^(?:{pattern})\z"


def _unlike(value: Column, pattern: str) -> Column:
    text = value.cast("string")
    return value.isNotNull() & ~text.rlike(_whole(pattern))


def _from(text: Column, beginning: Column) -> Column:
    """What follows ``beginning`` in ``text``."""
    from pyspark.sql import functions as F

    return text.substr(F.length(beginning) + 1, F.length(text))


@native_mask.register(Partial)
def _(transform: Partial, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    text = value.cast("string")
    if transform.keep_format:
        return _formatted(transform, text)
    length = F.length(text)
    fill = F.lit(transform.fill)
    kept = transform.keep_first + transform.keep_last
    shown = F.concat(
        F.substring(text, 1, transform.keep_first),
        F.repeat(fill, length - kept),
        F.right(text, F.lit(transform.keep_last)),
    )
    return F.when(length > kept, shown).otherwise(F.repeat(fill, length))


def _formatted(transform: Partial, text: Column) -> Column:
    from pyspark.sql import functions as F

    separators, other = f"[{SEPARATORS}]", f"[^{SEPARATORS}]"
    # In a replacement these two mean something to Java.
    fill = f"\\{transform.fill}" if transform.fill in ("\\", "$") else transform.fill
    others = F.length(F.regexp_replace(text, separators, ""))
    first, last = transform.keep_first, transform.keep_last
    head = F.lit("")
    if first:
        head = F.regexp_extract(text, f"^(?:{separators}*{other}){{{first}}}", 0)
    hidden = f"{other}(?=(?:{separators}*{other}){{{last}}})" if last else other
    shown = F.concat(head, F.regexp_replace(_from(text, head), hidden, fill))
    return F.when(others > first + last, shown).otherwise(F.regexp_replace(text, other, fill))


@native_mask.register(SafeHarborZip)
def _(transform: SafeHarborZip, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    prefix = F.substring(value.cast("string"), 1, 3)
    return F.when(prefix.isin(*sorted(restricted(transform.census))), F.lit("000")).otherwise(
        prefix
    )


@native_invalid.register(SafeHarborZip)
def _(transform: SafeHarborZip, value: Column, data_type: DataType) -> Column:
    return _unlike(value, ZIP)


@native_mask.register(Email)
def _(transform: Email, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    domain = F.lower(F.substring_index(value.cast("string"), "@", -1))
    if transform.keep == "tld":
        domain = F.concat(F.lit(f"{HIDDEN}."), F.substring_index(domain, ".", -1))
    if transform.keep == "nothing":
        domain = F.lit(HIDDEN)
    return F.when(value.isNotNull(), F.concat(F.lit(f"{HIDDEN}@"), domain))


@native_invalid.register(Email)
def _(transform: Email, value: Column, data_type: DataType) -> Column:
    return _unlike(value, ADDRESS)


@native_mask.register(Phone)
def _(transform: Phone, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    def filled(text: Column) -> Column:
        return F.translate(text, "0123456789", transform.fill * 10)

    text = value.cast("string")
    country = F.regexp_extract(text, f"^{COUNTRY}", 0)
    rest = _from(text, country)
    area = F.lit("")
    if transform.area_digits:
        first = F.regexp_extract(rest, f"^(?:[^0-9]*[0-9]){{{transform.area_digits}}}", 0)
        is_long = _digits(rest) - transform.area_digits >= SHORTEST_HIDDEN
        area = F.when(is_long, first).otherwise(F.lit(""))
    shown = country if transform.country else filled(country)
    return F.concat(shown, area, filled(_from(rest, area)))


@native_invalid.register(Phone)
def _(transform: Phone, value: Column, data_type: DataType) -> Column:
    text = value.cast("string")
    plus, zeros = INTERNATIONAL
    abroad = text.startswith(plus) | text.startswith(zeros)
    unknown = abroad & ~text.rlike(f"^{COUNTRY}")
    size = _digits(text).between(SIZES.start, SIZES.stop - 1)
    return value.isNotNull() & (~text.rlike(_whole(NUMBER)) | ~size | unknown)


def _digits(text: Column) -> Column:
    from pyspark.sql import functions as F

    return F.length(F.regexp_replace(text, "[^0-9]", ""))


@native_mask.register(Url)
def _(transform: Url, value: Column, data_type: DataType) -> Column:
    from pyspark.sql import functions as F

    text = value.cast("string")
    scheme, host = (F.lower(F.regexp_extract(text, _whole(URL), group)) for group in (1, 2))
    if transform.keep == "site":
        host = F.regexp_extract(host, REGISTERED, 0)
    return F.concat(scheme, F.lit("://"), host)


@native_invalid.register(Url)
def _(transform: Url, value: Column, data_type: DataType) -> Column:
    return _unlike(value, URL)
