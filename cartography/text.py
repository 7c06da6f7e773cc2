"""Text as people write it, brought to forms that compare: folding, gender forms, HTML left-overs."""

from __future__ import annotations

import html
import re
import unicodedata

# A comment ends before the next one starts: else text full of "<!--" costs its length squared.
_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,400}|!--(?:(?!<!--).)*?--)>", re.DOTALL)
_BLOCK = re.compile(r"<\s*(?:br|/p|/li|/ul|/ol|/h[1-6]|/div|/tr|li)\b[^<>]*>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff]")
_SPACES = re.compile(r"[^\S\n]+")
_GENDER_MARK = re.compile(
    r"\(\s*[hf]\s*(?:[-. ]?\s*[hf]\s*)?(?:[-. ]\s*[xd]\s*)?\)"
    r"|\(?\s*\b(?:[xd]\s*[/|]\s*)?[hfm]\s*[/|]\s*[hfmw]\b(?:\s*[/|.-]\s*[xdnw]\b)?\s*\)?"
    r"|\(?\s*\b(?:hommes?\s*(?:[/|-]|\bou\b)\s*femmes?|femmes?\s*(?:[/|-]|\bou\b)\s*hommes?)\b\s*\)?"
    r"(?!\s*[àa] tout)",
    re.IGNORECASE,
)
# Inclusive endings: développeur·se, développeur.euse, développeur/euse, développeur(euse), chargé(e)s, chargé-e
_ENDING = (
    r"(?:e|se|euse|trice|ice|rice|ère|ere|ière|iere|ienne|enne|ne|te|esse|sse|ve|fe|e?s|es|euses|trices)"
    r"(?:[·•‧./-]s)?"
)
_INCLUSIVE = re.compile(
    rf"(?<=[a-zà-ÿ])(?:\({_ENDING}(?:\)(?=s?(?![a-zà-ÿ0-9]))|(?![a-zà-ÿ0-9]))|[·•‧./-]{_ENDING}(?![a-zà-ÿ0-9]))",
    re.IGNORECASE,
)
_NOT_WORD = re.compile(r"[^a-z0-9+#]+")


def clean_text(text: str) -> str:
    r"""Return text for people and models alike: no tags, entities resolved (twice escaped too), spaces single.

    Lines are kept, since LHÉO and offers carry their structure in them.

    >>> clean_text("<p>D&amp;eacute;veloppeur&nbsp;web<br/>React &lt;3</p>")
    'Développeur web\nReact <3'
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAG.sub(" ", _BLOCK.sub("\n", text))
    # Splitting is several times faster than a pattern that matches at every space.
    lines = (" ".join(line.split()) for line in _CONTROL.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)


def strip_gender(title: str) -> str:
    """Remove the marks that say "both genders" from a title, and keep the masculine of inclusive writing.

    >>> strip_gender("Développeur·se web (H/F)")
    'Développeur web'
    >>> strip_gender("Chargé(e) de communication F/H"), strip_gender("Ingénieur(e)s (Homme/Femme)")
    ('Chargé de communication', 'Ingénieurs')
    """
    without = _INCLUSIVE.sub("", _GENDER_MARK.sub(" ", title))
    return _SPACES.sub(" ", without).strip(" -–,;:|/")


def fold(text: str) -> str:
    """Fold case, accents, hyphens and punctuation; the key under which two spellings are the same.

    `+` and `#` stay, for C++ and C#.

    >>> fold("Développeur Back-End / C#")
    'developpeur back end c#'
    """
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def title_key(title: str) -> str:
    """Return the lookup key of a job title: gender marks away, then folded.

    >>> title_key("DÉVELOPPEUR(EUSE) FULL-STACK (F/H)") == title_key("Développeur full stack")
    True
    """
    return fold(strip_gender(title))


def genders(libelle: str) -> tuple[str, ...]:
    """Return the masculine and the feminine title of a ROME label, or the label alone where it has one form.

    ROME writes the words that follow only once, after the feminine; they belong to both.

    >>> genders("Conducteur / Conductrice de machines")
    ('Conducteur de machines', 'Conductrice de machines')
    >>> genders("Assembleur monteur / Assembleuse monteuse")
    ('Assembleur monteur', 'Assembleuse monteuse')
    >>> genders("Urbaniste Datacenter")
    ('Urbaniste Datacenter',)
    >>> genders("Batteur / Percussionniste")
    ('Batteur / Percussionniste',)
    """
    left, slash, feminine = libelle.partition(" / ")
    if not slash:
        return (libelle,)
    ours, theirs = left.split(), feminine.split()
    alike = len(theirs) >= len(ours) and all(a[:2] == b[:2] for a, b in zip(ours, theirs, strict=False))
    if not alike or " / " in feminine:
        return (libelle,)
    return (" ".join([left, *theirs[len(ours) :]]), feminine)
