"""``haihe`` with the toy kinds of work: ``python workspace_serving.py serve HOME …``. Processes it starts know them too."""

import workspace_toys  # noqa: F401 - declares its kinds
from haihe.cli import main

if __name__ == "__main__":
    main()
