"""Figures that OCR tools set as formulas (``$7.\\,3\\%$``) → figures as they are printed (``7.3%``)."""

from __future__ import annotations

import re

from classifier.reading.patterns import pattern

MAX_CHARS = 400
_FORMULA = pattern(
    rf"(?:(?<=[\u3400-\u9fff])[ ])?(?:\$\$(?P<display>[^$\n]{{1,{MAX_CHARS}}})\$\$"
    rf"|\$(?P<inline>[^$\n]{{1,{MAX_CHARS}}})\$(?!\d)"
    rf"|\\\((?P<round>[^\n$]{{1,{MAX_CHARS}}}?)\\\)|\\\[(?P<square>[^\n$]{{1,{MAX_CHARS}}}?)\\\])"
    r"(?:[ ](?=[\u3400-\u9fff,，。;；:：、)）]))?"
)
_SHOWN_AS_IT_IS = pattern(
    r"\\(?:mathrm|mathbf|mathit|mathsf|mathtt|mathcal|mathbb|boldsymbol|bm|text(?:rm|bf|it|sf|normal|up)?|operatorname|hbox|mbox|rm|bf|it|"
    r"displaystyle|textstyle|scriptstyle|left|right|limits|nolimits|underline|overline|boxed|big|Big|bigl|bigr)(?![A-Za-z])"
)
_SIGNS_AND_COMMANDS = """
{ lbrace | } rbrace | ～ sim thicksim | ‰ textperthousand permil perthousand | ‱ textpertenthousand
° circ degree textdegree | ℃ celsius | × times | ÷ div | · cdot centerdot | ● bullet | * ast | ★ star bigstar | ± pm
∓ mp
≈ approx simeq | ≤ leq le leqslant | ≥ geq ge geqslant | ≠ neq ne | ≪ ll | ≫ gg | < lt | > gt
→ rightarrow to longrightarrow | ← leftarrow | ↑ uparrow | ↓ downarrow | ∞ infty | … ldots cdots dots | ′ prime
∠ angle | △ triangle | ¥ yen textyen | £ pounds | € euro | / slash
: colon | α alpha | β beta | γ gamma | δ delta | Δ Delta | ε epsilon | θ theta | λ lambda | μ mu | π pi | ρ rho
■ blacksquare | □ square Box | ○ bigcirc | ◎ circledcirc | ◆ blacklozenge | ◇ diamond lozenge Diamond | ▲ blacktriangle
▼ blacktriangledown | ▶ blacktriangleright | ♠ spadesuit | ✓ checkmark | ® textregistered circledR
© copyright textcopyright
σ sigma | Σ Sigma | φ phi | Φ Phi | ω omega | Ω Omega ohm
"""
"""A sign, then the commands that stand for it."""
_SIGNS = {
    command: sign
    for sign, *names in map(str.split, re.split(r"[|\n]", _SIGNS_AND_COMMANDS.strip()))
    for command in names
}
_SIGNS |= {sign: sign for sign in "%$#&_{}"} | dict.fromkeys(",;:! ", "")
_SIGNS |= {"~": "～", "\\": " ", "quad": " ", "qquad": " ", "mid": "|", "vert": "|"}
_COMMAND = pattern(r"\\([A-Za-z]+|.)")
_FRACTION = pattern(r"\\[dt]?frac\s*\{([^{}\\]{1,60})\}\s*\{([^{}\\]{1,60})\}")
_CIRCLED = pattern(r"\\textcircled\s*\{?\s*(\d{1,2})\s*\}?")
_ROOT = pattern(r"\\sqrt\s*\{([^{}\\]{1,60})\}")
_RAISED = pattern(r"\^\s*(?:\{([^{}]{0,20})\}|(\S))")
_LOWERED = pattern(r"_\s*(?:\{([^{}]{0,20})\}|(\S))")
_SUPERSCRIPTS = str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ")
_SUBSCRIPTS = str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")
_HAN = pattern("[\u3400-\u9fff]")
_LOOKS_SET = pattern(r"[\\^_{}]|\d\s+[\d.,%]")
_PLAIN = pattern(r"\s*(?:[\d.,:+\-×/%‰℃°~～\s]+|[A-Za-z])\s*")
_WORDS = pattern(r"([A-Za-z]{2,})\s+(?=[A-Za-z]{2,})")


def with_plain_figures(text: str) -> str:
    """``text`` with its formulas as a reader sees them; what is too much of a formula for that stays as it is."""
    return _FORMULA.sub(_show, text)


def _show(match: re.Match[str]) -> str:
    formula = next(group for group in match.groups() if group is not None)
    if match["inline"] and _PLAIN.fullmatch(formula):
        return "".join(formula.split())
    plain = plain_formula(formula)
    return match[0] if plain is None else plain


def plain_formula(formula: str) -> str | None:
    """A formula's text in one line; None where it has parts that a line cannot show, or is none (``$100 和 $``)."""
    if not _LOOKS_SET.search(formula) or (_HAN.search(formula) and "\\" not in formula):
        return None
    text = _CIRCLED.sub(lambda m: chr(0x245F + int(m[1])) if 1 <= int(m[1]) <= 20 else m[1], formula)
    text = _FRACTION.sub(r"\1/\2", _SHOWN_AS_IT_IS.sub("", text))
    text = _ROOT.sub(r"√\1", text)
    unknown = False

    def sign(match: re.Match[str]) -> str:
        nonlocal unknown
        unknown = unknown or match[1] not in _SIGNS
        return _SIGNS.get(match[1], "")

    text = _COMMAND.sub(sign, text)
    if unknown:
        return None
    text = text.replace("~", "")
    for _ in range(3):
        text = _LOWERED.sub(_lower, _RAISED.sub(_raise, text))
    text = text.replace("{", "").replace("}", "")
    text = _WORDS.sub("\\1\0", text)
    return "".join(text.split()).replace("\0", " ").replace("%₀", "‰")


def _inside(match: re.Match[str]) -> str:
    inside = match[1] if match[1] is not None else match[2]
    return "".join(inside.replace("{", "").replace("}", "").split())


def _raise(match: re.Match[str]) -> str:
    bare = _inside(match)
    if bare.startswith("°") or bare in "°′″" or bare in "®©#%":
        return bare
    return bare.translate(_SUPERSCRIPTS) if all(c in "0123456789+-()n" for c in bare) else f"^{bare}"


def _lower(match: re.Match[str]) -> str:
    bare = _inside(match)
    return bare.translate(_SUBSCRIPTS) if all(c in "0123456789+-()" for c in bare) else bare
