"""The workspace: the offices of a city, its districts and neighbouring regions do the work together, in a browser.

A Django project over the library. Its rooms, each a Django application, with arrows only downwards:

====================  ====================================================================================
``audit``             the append-only, hash-chained record of every change
``units``             offices, people, posts, what a role may do and where: one visibility filter
``frame``             how a page is declared, guarded and laid out; lists; the register of rooms
``jobs``              work in the background: queue, progress, cancel, resume
``intake``            a workbook comes in: findings, preview, confirmation, undo
``data``              datasets in immutable versions; requests for data
``scenarios``         named overrides of a data version, edited in a grid
``studies``           runs of the library in the background, their figures and tables kept
``papers``            files that stand as evidence, attached to anything
``duties``            plan documents as trees of targets and duties; reports from below
``problems``          the register of major problems; what binds in a plan becomes one in a click
``chains``            the board of each industrial chain, its three lists, what the diagnosis proposes
``months``            monthly indicators, their pace against the targets, lights
``projects``          projects from contact to production by stage, and what they hold of what is scarce
``rounds``            rounds of a fund: call, applications, review, ranking, publicity, award
``meetings``          sessions of a leading group: agenda, pack, minutes, decisions that become duties
``plans``             published plans, frozen; what is derived from them; where reality left them
``neighbours``        members as equals: shared projects, transfer lists, settlement ledgers, joint targets
``dashboards``         by role what waits, figures of what one may see, maps; the office's own boundaries
``office``            sign-in, people, history, search, settings, the start page
``api``               the same by programs
``keeping``           backup and restore, the demonstration
====================  ====================================================================================
"""
