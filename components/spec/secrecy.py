"""What looks like a secret: names of settings that hold one, and values with the shape of one.

Used twice: to refuse secrets in plain text, and to keep any such value out of error messages.
"""

import re

_SECRET_NAME = re.compile(
    r"(?:^|[_-])(?:password|passwd|pwd|passphrase|secrets?|tokens?|credentials?|private[_-]?key|access[_-]?key"
    r"|secret[_-]?key|api[_-]?key|apikey|signing[_-]?key|encryption[_-]?key|auth|key)$",
    re.IGNORECASE,
)
_PUBLIC_NAME = re.compile(r"(?:^|[_-])(?:public|partition|sort|cache|primary|foreign)[_-]key$", re.IGNORECASE)

_SECRET_VALUE = re.compile(
    "|".join(
        (
            r"-----BEGIN [A-Z ]*PRIVATE KEY",
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",  # AWS access key
            r"\bgh[pousr]_[A-Za-z0-9]{30,}",  # GitHub tokens
            r"\bgithub_pat_[A-Za-z0-9_]{20,}",
            r"\bglpat-[A-Za-z0-9_-]{18,}",  # GitLab
            r"\bxox[abeprs]-[A-Za-z0-9-]{10,}",  # Slack
            r"\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{20,}",  # OpenAI, Anthropic
            r"\b[sr]k_live_[A-Za-z0-9]{16,}",  # Stripe
            r"\bhf_[A-Za-z0-9]{30,}",  # Hugging Face
            r"\bAIza[A-Za-z0-9_-]{35}",  # Google
            r"\bnpm_[A-Za-z0-9]{36}",
            r"\bpypi-[A-Za-z0-9_-]{50,}",
            r"\bpul-[0-9a-f]{40}\b",  # Pulumi
            r"\bhv[sb]\.[A-Za-z0-9_-]{20,}",  # Vault
            r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.",  # JSON Web Token
            r"[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@",  # a URL with a password
        )
    )
)


def secret_name(name: str) -> bool:
    """Whether a setting of this name holds a secret: `DB_PASSWORD` and `apiKey` do, `DB_PASSWORD_FILE` does not."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return bool(_SECRET_NAME.search(spaced)) and not _PUBLIC_NAME.search(spaced)


def secret_value(text: str) -> bool:
    """Whether a text holds something with the shape of a credential."""
    return bool(_SECRET_VALUE.search(text))
