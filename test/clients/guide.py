"""The Python programs of the guide's pages about protocols, as they are but for the gateway's address. Run by run.ts."""

import json
import os
import sys
import traceback

failed = 0
for page, program in json.loads(os.environ["GUIDE_PROGRAMS"]).items():
    try:
        exec(compile(program, f"the page for {page}", "exec"), {"__name__": page})
    except Exception:
        failed += 1
        print(f"FAILED: {page}")
        traceback.print_exc()
sys.exit(1 if failed else 0)
