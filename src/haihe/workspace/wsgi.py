"""The workspace as a WSGI application, for waitress or a server of the office's own."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haihe.workspace.settings")
application = get_wsgi_application()
