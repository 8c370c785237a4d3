"""The life of a case as a picture and a list, drawn from the tables: for docs/life.md."""

from tickets.states import ACTIONS, ROLE_NAMES, STATES, TRANSITIONS, Action, Role, State

ROLES = (Role.CITIZEN, Role.PARTY, Role.CLERK, Role.MEDIATOR, Role.SUPERVISOR, Role.ADMIN, Role.SYSTEM)


def page() -> str:
    """Markdown: the picture, then what each state means, then who may do what and from where."""
    return "\n".join(["```mermaid", *picture(), "```", "", *states(), "", *actions()])


def picture() -> list[str]:
    """A Mermaid state diagram. Acts that leave the state as it is are in the list below it only."""
    lines = ["stateDiagram-v2", "  direction LR"]
    lines += [f"  {state.value} : {info.label}" for state, info in STATES.items()]
    arrows: dict[tuple[State, State], list[str]] = {}
    for (source, action), target in TRANSITIONS.items():
        if source is not target:
            arrows.setdefault((source, target), []).append(ACTIONS[action].label)
    lines += [f"  {source} --> {target} : {'、'.join(labels)}" for (source, target), labels in arrows.items()]
    lines += [
        "  [*] --> draft",
        "  archived --> [*]",
        "  withdrawn --> [*]",
        "  redirected --> [*]",
        "  merged --> [*]",
    ]
    return lines


def states() -> list[str]:
    """One row for each state."""
    rows = [
        f"| {info.label} | {info.plain} | {'走' if info.clock else '停'} | {'在办' if info.open else '办完'} |"
        for info in STATES.values()
    ]
    return ["| 状态 | 当事人看到的 | 承诺的时钟 | |", "|---|---|---|---|", *rows]


def actions() -> list[str]:
    """One row for each act."""
    return ["| 动作 | 谁可以做 | 从哪些状态 | 到 |", "|---|---|---|---|", *(_row(action) for action in Action)]


def _row(action: Action) -> str:
    info = ACTIONS[action]
    who = "、".join(ROLE_NAMES[role] for role in ROLES if role in info.who)
    moves = {source: target for (source, one), target in TRANSITIONS.items() if one is action}
    sources = "、".join(STATES[source].label for source in STATES if source in moves)
    targets = dict.fromkeys(STATES[target].label for source, target in moves.items() if target is not source)
    stays = any(source is target for source, target in moves.items())
    return f"| {info.label} | {who} | {sources} | {'、'.join([*targets, *(['不变'] if stays else [])])} |"
