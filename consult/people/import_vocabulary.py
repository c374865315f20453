"""The words an imported list may use: headings, roles, stakeholder types, languages, in their variants.

Pure: no I/O beyond the reference data, no clock.
"""

import unicodedata
from collections.abc import Mapping
from functools import cache

from babel import Locale

from consult import reference

GENDERS = ("woman", "man", "non_binary", "undisclosed")
AGE_BANDS = ("18-24", "25-34", "35-44", "45-54", "55-64", "65+")
COLUMNS = (
    "name",
    "email",
    "delegation_iso3",
    "organisation",
    "stakeholder_type",
    "role",
    "languages",
    "gender",
    "age_band",
    "needs",
)

#: Other headings that lists use, folded to letters and digits.
_HEADINGS = {
    "name": "name fullname participant person nom nomcomplet nombre nombrecompleto",
    "email": "email emailaddress mail courriel adressemail correo",
    "delegation_iso3": "delegationiso3 delegation iso3 iso country state memberstate pays pais",
    "organisation": "organisation organization organisationname organizationname affiliation organizacion",
    "stakeholder_type": "stakeholdertype stakeholder type kind category categorie categoria tipo",
    "role": "role function capacity roles fonction funcion rol",
    "languages": "languages language workinglanguages spokenlanguages langues langue idiomas idioma",
    "gender": "gender sex genre genero sexe sexo",
    "age_band": "ageband age agegroup agerange trancheage edad",
    "needs": "needs accessneeds accessibility specialneeds accommodations besoins necesidades",
}


def folded(text: str) -> str:
    """Letters and digits only, without case or accents: how headings, codes and names are compared."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


@cache
def column_names() -> Mapping[str, str]:
    """Headings, folded, to the column they mean."""
    known = {folded(column): column for column in COLUMNS}
    return known | {word: column for column, words in _HEADINGS.items() for word in words.split()}


@cache
def listed_role_codes() -> Mapping[str, str]:
    """Codes and labels of listed roles, folded, to their codes."""
    found = {folded(r.label): r.code for r in reference.listed_roles()}
    return found | {folded(r.code): r.code for r in reference.listed_roles()}


@cache
def stakeholder_type_codes() -> Mapping[str, str]:
    """Codes and labels of stakeholder types, folded, to their codes."""
    found = {folded(t.label): t.code for t in reference.stakeholder_types()}
    return found | {folded(t.code): t.code for t in reference.stakeholder_types()}


@cache
def language_codes() -> Mapping[str, str]:
    """Codes and English names of languages, folded, to their codes."""
    names = {code: name for code, name in Locale("en").languages.items() if len(code) in (2, 3)}
    return {folded(name): code for code, name in names.items()} | {code: code for code in names}


def short(value: str) -> str:
    """A value as a message can show it: no control characters, forty characters at most."""
    plain = "".join(c if c.isprintable() else "·" for c in value)
    return plain if len(plain) <= 40 else plain[:39] + "…"
