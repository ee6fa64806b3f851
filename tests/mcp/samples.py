"""The documents of the tests: one for everybody, and one of the group hr."""

HANDBOOK = """# Press shop handbook

## Gloves

Operators must wear cut-resistant gloves of class D whenever the press is open. Damaged gloves are replaced at once.

"""
CHECKS = "".join(f"Check {n}: the guard of press {n} closes, locks and is greased. " for n in range(1, 80))
CHINESE = "\n\n## 手套\n\n操作人员在设备开启时必须佩戴防割手套。\n"
SALARIES = "# Salaries\n\nThe gloves inspector earns 4,100 a month.\n"
DOCUMENTS = [("handbook", f"{HANDBOOK}## Checks\n\n{CHECKS}{CHINESE}", ()), ("salaries", SALARIES, ("hr",))]
