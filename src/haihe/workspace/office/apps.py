"""The application ``office``."""

from django.apps import AppConfig

from haihe.messages import Text


class OfficeConfig(AppConfig):
    """The office itself."""

    name = "haihe.workspace.office"
    label = "office"

    def ready(self) -> None:
        """Announce the menu's entries and what a search finds."""
        from haihe.workspace.frame import register
        from haihe.workspace.office import news, people, units
        from haihe.workspace.office.actions import AUDIT_READ, SETTINGS_READ
        from haihe.workspace.units.actions import PEOPLE_READ, UNITS_READ

        register.MENU += [
            register.Entry(Text("首页", "Start"), "office:start", "", 0),
            register.Entry(Text("审计记录", "Audit"), "office:audit", AUDIT_READ, 10, "record"),
            register.Entry(Text("核验审计链", "Verify the chain"), "office:proof", AUDIT_READ, 20, "record"),
            register.Entry(Text("系统设置", "Settings"), "office:settings", SETTINGS_READ, 90, "manage"),
            register.Entry(Text("单位", "Units"), "office:units", UNITS_READ, 10, "manage"),
            register.Entry(Text("人员", "People"), "office:people", PEOPLE_READ, 20, "manage"),
        ]
        register.SEARCHES += [units.found, people.found]
        register.STEPS.append(news.own_steps)
