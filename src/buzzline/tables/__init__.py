"""What are we told?"""

from buzzline.tables.initialising import initialise
from buzzline.tables.quality import Quality
from buzzline.tables.quality_text import quality_text
from buzzline.tables.reading import Tables, read_study, read_tables
from buzzline.tables.rules import apply_rules
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.study import About, Study
from buzzline.tables.study_file import (
    RunSettings,
    StudyFile,
    read_study_file,
    study_file_schema,
)
from buzzline.tables.templates import table_schema, write_templates
from buzzline.tables.writing import atomically, write_study

__all__ = [
    "TABLES",
    "About",
    "Quality",
    "RunSettings",
    "Study",
    "StudyFile",
    "Tables",
    "apply_rules",
    "atomically",
    "initialise",
    "quality_text",
    "read_study",
    "read_study_file",
    "read_tables",
    "study_file_schema",
    "table_named",
    "table_schema",
    "write_study",
    "write_templates",
]
