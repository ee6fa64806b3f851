"""What an operator is told without asking: that something began to be wrong, changed, and is over.

``alert`` holds the nouns; ``deciding`` says, from two looks, what is to be told; ``book`` keeps that in the registry,
so that several processes tell it once, and says when it is sent again; ``webhook`` sends it in a form of ``forms``;
``teller`` is the thread that does all of it. What is looked at stands in ``operations/alerting.py``.
"""

from searchapp.alerts.alert import Alert, Code, Condition, Kept, Look, Notice, Phase
from searchapp.alerts.book import AlertBook
from searchapp.alerts.teller import Teller, Turn
from searchapp.alerts.webhook import Answer, Webhook, webhooks_of

__all__ = [
    "Alert",
    "AlertBook",
    "Answer",
    "Code",
    "Condition",
    "Kept",
    "Look",
    "Notice",
    "Phase",
    "Teller",
    "Turn",
    "Webhook",
    "webhooks_of",
]
