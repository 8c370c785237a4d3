"""Who acts on a case."""

from enum import StrEnum


class Role(StrEnum):
    """Who acts. `CITIZEN` is the person whose case it is, `PARTY` the other side, `SYSTEM` the clock."""

    CITIZEN = "citizen"
    PARTY = "party"
    CLERK = "clerk"
    MEDIATOR = "mediator"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    SYSTEM = "system"


ROLE_NAMES = {
    Role.CITIZEN: "当事人",
    Role.PARTY: "对方",
    Role.CLERK: "受理员",
    Role.MEDIATOR: "调解员",
    Role.SUPERVISOR: "督办员",
    Role.ADMIN: "管理员",
    Role.SYSTEM: "系统",
}

STAFF = frozenset({Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN})
DESK = frozenset({Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR})
DISPATCH = frozenset({Role.CLERK, Role.SUPERVISOR})
CITIZEN = frozenset({Role.CITIZEN})
OWN_SIDE = frozenset({Role.CITIZEN, Role.CLERK, Role.MEDIATOR})
