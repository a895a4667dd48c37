"""What would members say if they were asked?"""

from buzzline.survey.questionnaire import Questionnaire, questionnaire
from buzzline.survey.reading import SurveyAnswers, read_survey
from buzzline.survey.wording import languages
from buzzline.survey.writing import write_survey

__all__ = [
    "Questionnaire",
    "SurveyAnswers",
    "languages",
    "questionnaire",
    "read_survey",
    "write_survey",
]
