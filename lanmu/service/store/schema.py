"""The tables.  A change of them is a step in ``migrations``; what is here is the newest form."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

articles = Table(
    "articles",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("fingerprint", String, nullable=False, unique=True),
    Column("id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("subtitle", Text, nullable=False),
    Column("column", Text, nullable=False),
    Column("byline", Text, nullable=False),
    Column("reporters", JSON, nullable=False),
    Column("date", String, nullable=False),  # ISO, or as printed where that is no date
    Column("printed_day", String, nullable=False, default="", server_default=""),  # the date if it is one, ISO
    Column("text", Text, nullable=False),
    Column("uncertain", JSON, nullable=False),
    Column("source_path", Text, nullable=False),
    Column("source_member", Text, nullable=False),
    Column("source_position", Integer, nullable=False),
    Column("source_page", Integer, nullable=False, default=0, server_default="0"),  # of a printed page, from 1
    Column("source_box", JSON),  # its place there: left, top, right, bottom as shares
    Column("origin", String, nullable=False),  # api, inbox, upload, annif, archive
    Column("arrived", Float, nullable=False),  # seconds since 1970
    Column("day", String, nullable=False),  # the local day of arrival, ISO; empty: of no day (archive)
    Column("model", String, nullable=False),  # the version's name
    Column("category", String, nullable=False),
    Column("category_name", String, nullable=False),
    Column("runner_up", String, nullable=False),
    Column("probability", Float, nullable=False),
    Column("margin", Float, nullable=False),  # probability less the runner-up's
    Column("decision", String, nullable=False),  # the model's: accepted, review
    Column("ranking", JSON, nullable=False),
    Column("secondary", JSON, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("state", String, nullable=False),  # accepted, review, settled, skipped; removed: the row is empty
    Column("label", String),  # a person's category
    Column("labelled_by", String),
    Column("labelled_at", Float),
    Column("version", Integer, nullable=False, default=0),  # grows with each label
    Column("into", Integer),  # of a removed one: the article that its text went into
    Index("articles_by_day", "day", "state"),
    Index("articles_by_state", "state", "category", "runner_up", "margin"),
    Index("articles_by_category", "category", "day"),
    sqlite_autoincrement=True,
)

# The lines of an article of a printed page with their places, for showing the page: packed JSON.
printed = Table(
    "printed",
    metadata,
    Column("article", ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    Column("lines", LargeBinary, nullable=False),
)

# Who labelled what: accept, choose, skip.  The table keeps its first name.
label_steps = Table(
    "settlements",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("article", ForeignKey("articles.number"), nullable=False, index=True),
    Column("action", String, nullable=False),  # accept, choose, skip
    Column("category", String),
    Column("by", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("day", String, nullable=False),
    Column("batch", String),  # of a bulk accept
    Column("before_state", String, nullable=False),
    Column("before_label", String),
    Column("before_by", String),
    Column("before_at", Float),
    Column("undone_at", Float),
    Column("step", String),  # the desk's own name of the step, by which it knows one that comes twice
    Column("undone_step", String),
    Index("settlements_by_person", "by", "number"),
    Index("settlements_by_day", "day", "by"),
    Index("settlements_by_step", "by", "step", unique=True, sqlite_where=Column("step").is_not(None)),
    Index("settlements_by_undone_step", "by", "undone_step", sqlite_where=Column("undone_step").is_not(None)),
    sqlite_autoincrement=True,
)

# What labels.csv should say of an article (``category``; null: nothing) and what it says (``written``).
labels = Table(
    "labels",
    metadata,
    Column("article", ForeignKey("articles.number"), primary_key=True),
    Column("category", String),
    Column("written", String),
    Column("id", String),  # of its line there, from the first writing on
    Index("labels_by_id", "id"),
    Index("labels_waiting", "article", sqlite_where=Column("category").is_distinct_from(Column("written"))),
)

# What labels.csv was each time that it was written here, so that an older copy of it is known.
label_files = Table(
    "label_files",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("digest", String, nullable=False, index=True),  # SHA-256
    Column("modified", Integer, nullable=False),  # nanoseconds since 1970, by the file system's clock
    sqlite_autoincrement=True,
)

# Who has an article before them in Review, until when; others are given other articles meanwhile.
leases = Table(
    "leases",
    metadata,
    Column("article", ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    Column("by", String, nullable=False),
    Column("until", Float, nullable=False),
    Index("leases_by_person", "by", "until"),
)

# A question to colleagues about an article that waits; gone once it is labelled.
flags = Table(
    "flags",
    metadata,
    Column("article", ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    Column("by", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Float, nullable=False),
)

# A label read once more by another person, without being shown it.
readings = Table(
    "readings",
    metadata,
    Column("article", ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
    Column("first_by", String, nullable=False),
    Column("first", String, nullable=False),
    Column("second_by", String, nullable=False),
    Column("second", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("step", String),
    Index("readings_by_step", "second_by", "step", unique=True, sqlite_where=Column("step").is_not(None)),
)

users = Table(
    "users",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String(collation="NOCASE"), nullable=False, unique=True),
    Column("password", String, nullable=False),  # argon2; empty: the token signs in, once
    Column("role", String, nullable=False),  # reader, editor, admin
    Column("must_change", Integer, nullable=False, default=0),
    Column("disabled", Integer, nullable=False, default=0),
    Column("created", Float, nullable=False),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", LargeBinary, primary_key=True),  # SHA-256 of the cookie's secret
    Column("user", ForeignKey("users.number", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("expires", Float, nullable=False, index=True),
    Column("address", String, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("target", Text, nullable=False),
    Column("details", JSON, nullable=False),
    Column("address", String, nullable=False),
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),  # train
    Column("status", String, nullable=False),  # running, done, failed, stopped
    Column("by", String, nullable=False),
    Column("started", Float, nullable=False),
    Column("ended", Float),
    Column("result", JSON),
    Column("error", Text, nullable=False, default=""),
    sqlite_autoincrement=True,
)

# What others are told, each record frozen as it is written and sent: an article that the watched folder brought
# (article.tagged, once each), and whatever gave one another label since (article.labelled).
changes = Table(
    "changes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("article", ForeignKey("articles.number"), nullable=False, index=True),
    Column("kind", String, nullable=False),  # article.tagged, article.labelled
    Column("at", Float, nullable=False),
    Column("day", String, nullable=False),  # the local day, ISO; names the file
    Column("record", Text, nullable=False),  # JSON in one line
    Column("written", Integer, nullable=False, default=0),
    Index("changes_unwritten", "number", sqlite_where=Column("written") == 0),
    Index("changes_tagged_once", "article", unique=True, sqlite_where=Column("kind") == "article.tagged"),
    sqlite_autoincrement=True,
)

result_files = Table(
    "result_files",
    metadata,
    Column("day", String, primary_key=True),
    Column("bytes", Integer, nullable=False),  # of the file, up to the last result that is written
)

# Changes on their way to the webhook; a delivered one is gone from here.
deliveries = Table(
    "deliveries",
    metadata,
    Column("change", ForeignKey("changes.number"), primary_key=True),
    Column("state", String, nullable=False, default="waiting"),  # waiting, dead
    Column("tries", Integer, nullable=False, default=0),
    Column("due", Float, nullable=False),
    Column("outage", Integer, nullable=False, default=0),  # the last try failed with the receiver as a whole
    Column("error", Text, nullable=False, default=""),
    Index("deliveries_due", "state", "due"),
)

# Files that could not be read, or not all of them, until a person has seen to it.
refusals = Table(
    "refusals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("day", String, nullable=False),
    Column("origin", String, nullable=False),  # inbox, upload
    Column("name", Text, nullable=False),
    Column("stamp", String, nullable=False),  # tells one file of a name from another
    Column("by", String, nullable=False, default=""),
    Column("whole", Integer, nullable=False),
    Column("told", JSON, nullable=False),
    Column("more", Integer, nullable=False, default=0),
    Column("place", Text, nullable=False, default=""),
    Column("closed_at", Float),
    Column("closed_by", String),
    Index("refusals_once", "origin", "name", "stamp", unique=True),
    Index("refusals_open", "at", sqlite_where=Column("closed_at").is_(None)),
    sqlite_autoincrement=True,
)

# Steps of mending, each with the articles as they were before it; gone once it is taken back or too old.
mendings = Table(
    "mendings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", Float, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),  # edit, merge, split, delete
    Column("article", ForeignKey("articles.number"), nullable=False),
    Column("copies", JSON, nullable=False),
    Column("created", JSON, nullable=False),
    Column("versions", JSON, nullable=False),
    Index("mendings_by_article", "article", "number"),
    sqlite_autoincrement=True,
)

# What an admin has chosen for the whole desk, such as how sure the model must be.
choices = Table(
    "choices",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", JSON, nullable=False),
    Column("by", String, nullable=False),
    Column("at", Float, nullable=False),
)

# Keys of programs, each with a role; the secret itself is shown once and not kept.
tokens = Table(
    "tokens",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String(collation="NOCASE"), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),  # SHA-256 of the secret
    Column("role", String, nullable=False),
    Column("by", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("used", Float),
    Column("revoked", Float),
    Index("tokens_by_name", "name", unique=True, sqlite_where=Column("revoked").is_(None)),
    sqlite_autoincrement=True,
)
