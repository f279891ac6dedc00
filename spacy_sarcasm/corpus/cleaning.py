"""One normalisation for texts of every kind, which removes what gives their source away.

Publishers, collections and scrapers differ in case, quotation marks, dashes, HTML entities, section
names, user names, hashtags, links and tokenisation. Since most sources are of one class, a network
would learn these marks instead of sarcasm.
"""

from __future__ import annotations

import html
import re

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys('“”„‟″"', '"'),
        **dict.fromkeys("–—―", "-"),
        **dict.fromkeys("\u200b\u200c\u2060\ufeff\u00ad\ufe0f", None),
        "…": "...",
    }
)

# Section and format names. "report", "study" and "poll" are not among them: satire and news
# both open sentences with those words.
_SECTION = re.compile(
    r"^(?:(?:morning )?news brief|opinion|week in politics|photos?|read|watch(?: live)?|videos?"
    r"|listen|pictures|what happened today|fact check|barbershop|transcript|coronavirus updates?"
    r"|coronavirus (?:faqs?|us live)|troll watch|politics chat|reporter's notebook|us briefing"
    r"|global report|first thing|the resistance now|tracking trump|weatherwatch|exclusive|revealed"
    r"|breaking|review|quiz|tour tips|deal alert|editorial cartoon|oscar guide|strongside/weakside"
    r"|huffpollster|huffpost rise|women in business(?: q&a)?|historical archives?|icymi"
    r"|\w+'s morning email|daily meditation|onion fact checks|ranked|american voices"
    r"|nation|world briefing|letter|letters|corrections?|obituary|ld writethru|lead writethru): "
)
_FORMAT = re.compile(
    r" - (?:video(?: \w+)?|as it happened|in pictures|a life in pictures|cartoon|reports?|study"
    r"|(?:a )?photo essay|audio|(?:\w+ )?live(?: updates)?|(?:[\w ]+ )?podcast|archive video"
    r"|review)$"
    r"| [(\[](?:video|audio|photos?|updated?|nsfw|reaction video|pics?|gifs?|x-?post[^)\]]*|oc"
    r"|serious|\d{1,2}:\d\d|\d{3,4} ?x ?\d{3,4})[)\]]$"
    r"| ?\|[^|]*$"
)
_LINK = re.compile(r"\b(?:https?://|www\.)\S+|\bpic\.twitter\.com/\S+|\bt\.co/\S+|<url>|\burl\b$")
_LEADING_USERS = re.compile(r"^(?:rt\b:? *)?(?:[.\"]?@\w+:?[ ,]*)+")
_TRAILING_TAGS = re.compile(r"(?:\s+#\w+)+\s*$")
_TAG = re.compile(r"#(?=\w)")
_USER = re.compile(r"(?<!\w)@user\b")
_AT = re.compile(r"(?<!\w)@(?=\w)")
# Contractions whose apostrophe a tokenizer split off or lost: "do n't", "that ' s", "can t".
_SPLIT = re.compile(r"(?<=\w) ?(?:n't| n ' t)\b")
_CLITIC = re.compile(r"(?<=\w) ?' ?(s|re|ve|ll|d|m|t)\b(?!')")
_LOST_NOT = re.compile(
    r"\b(can|don|won|isn|aren|wasn|weren|didn|doesn|hasn|haven|hadn|couldn|wouldn|shouldn|ain) t\b"
)
_LOST = re.compile(
    r"\b(i) (m|ve|ll|d)\b|\b(you|we|they) (re|ve|ll)\b|\b(he|she|it|that|there|what|who|let) (s)\b"
)
_BEFORE_MARK = re.compile(r"\s+([,.;:!?%)\]}])")
_REPEATED_MARK = re.compile(r"([!?]) (?=[!?])")
_AFTER_BRACKET = re.compile(r"([(\[{])\s+")
_SPACED_QUOTES = re.compile(r"(?:(?<=\s)|^)([\"'])\s+([^\"']+?)\s+\1(?=\s|$|[,.!?])")
# Not the full stop of an abbreviation ("u.s.") nor an ellipsis.
_FULL_STOP = re.compile(r"(?<=[\w'\")]{2})\.$")


def clean_headline(text: str) -> str:
    """Return a headline in lower case without the typesetting of its publisher.

    Resolves HTML entities, straightens quotes and dashes, turns double quotes into single ones,
    collapses white space and removes section names ("WATCH:", "- video") and a final full stop.

    Example:
        >>> clean_headline("WATCH: ‘Nobody’s Home’ &amp; Other Stories.")
        "'nobody's home' & other stories"
    """
    text = " ".join(_plain_characters(text).lower().split()).replace('"', "'")
    return _without_full_stop(_FORMAT.sub("", _SECTION.sub("", text)))


def clean_post(text: str) -> str:
    """Return a post, comment or sentence in lower case without the marks of its collection.

    Removes links, the user names that a reply opens with and the hashtags at the end; other names
    and hashtags lose their sign. Undoes tokenisation. The rest is as in `clean_headline`, but for
    section names.

    Example:
        >>> clean_post("@USER @USER Great , it does n't work ! ! #fail")
        "great, it doesn't work!!"
    """
    text = " ".join(_plain_characters(text).lower().split())
    for pattern in (_LINK, _LEADING_USERS, _TRAILING_TAGS, _TAG, _USER, _AT):
        text = pattern.sub("", text)
    text = undo_tokenization(text).replace('"', "'")
    return _without_full_stop(" ".join(text.split()))


def undo_tokenization(text: str) -> str:
    """Return a text with contractions joined and no white space before punctuation.

    Args:
        text: A text in lower case with straight quotes.

    Example:
        >>> undo_tokenization("that ' s not ( really ) what i m after !")
        "that's not (really) what i'm after!"
    """
    text = _SPACED_QUOTES.sub(r"\1\2\1", text)
    text = _SPLIT.sub("n't", text)
    text = _CLITIC.sub(r"'\1", text)
    text = _LOST_NOT.sub(r"\1't", text)
    text = _LOST.sub(lambda found: "'".join(filter(None, found.groups())), text)
    text = _REPEATED_MARK.sub(r"\1", text)
    text = _AFTER_BRACKET.sub(r"\1", text)
    return _REPEATED_MARK.sub(r"\1", _BEFORE_MARK.sub(r"\1", text))


def copy_key(text: str) -> str:
    """Return what two copies of a text share: its letters and digits, in lower case.

    Example:
        >>> copy_key("WATCH: It’s over!") == copy_key("It's over")
        True
    """
    return "".join(filter(str.isalnum, clean_headline(text)))


def _plain_characters(text: str) -> str:
    return html.unescape(html.unescape(text)).translate(_CHARACTERS)


def _without_full_stop(text: str) -> str:
    return _FULL_STOP.sub("", text.strip()).strip()
