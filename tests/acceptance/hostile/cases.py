"""All the attacks, each with a name."""

from tests.acceptance.hostile.addresses import ADDRESSES
from tests.acceptance.hostile.answers import ANSWERS
from tests.acceptance.hostile.documents import DOCUMENTS
from tests.acceptance.hostile.pages import PAGE_CASES
from tests.acceptance.hostile.site import Case

CASES: tuple[Case, ...] = (*ADDRESSES, *ANSWERS, *DOCUMENTS, *PAGE_CASES)
GOOD = Case("ordinary")
ALL = (*CASES, GOOD)
