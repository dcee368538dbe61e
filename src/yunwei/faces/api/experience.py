"""REST of the experience score: of all users, of parts, of each user, with the points lost."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yunwei.faces.api.usage import KnownOut, UsageQuery, read_ground
from yunwei.operate.usage.facts.experience import Cause
from yunwei.operate.usage.facts.use import By
from yunwei.operate.usage.queries import experience

router = Router()


class ExperiencePartsQuery(UsageQuery):
    by: By = By.POOL


class ExperienceUsersQuery(UsageQuery):
    limit: int = Field(20, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=1_000_000)


class ExperienceOut(Schema):
    key: str = Field(description="As the source says it; of pools `source:id`; empty for all.")
    name: str
    users: int = Field(description="Of whom anything was measured.")
    good: int = Field(description="Users with a score of 80 or more.")
    fair: int
    poor: int = Field(description="Users with a score below 60.")
    score: float = Field(description="Mean over the users, 0 to 100.")
    measured: float = Field(description="Mean share (0-1) of the causes' weights measured.")
    lost: dict[Cause, float] = Field(description="Points lost; they and the score make 100.")


class WholeExperienceOut(Schema):
    known: KnownOut
    experience: ExperienceOut | None = Field(description="null: nothing was measured.")


class UserExperienceOut(Schema):
    source: int
    login: str
    desktop_user: int | None
    name: str
    department: str
    score: float
    measured: float
    lost: dict[Cause, float | None] = Field(description="null: the cause was not measured.")


class UserExperiencesOut(Schema):
    items: list[UserExperienceOut]
    total: int
    known: KnownOut


@router.get("", response=WholeExperienceOut, summary="Get the experience score over all users")
def get_experience(request: HttpRequest, query: Query[UsageQuery]) -> Any:
    ground = read_ground(request, query)
    return {"known": ground.known, "experience": experience.fetch_whole_experience(ground)}


@router.get("/parts", response=list[ExperienceOut], summary="Get scores by pool, client and more")
def get_experience_parts(request: HttpRequest, query: Query[ExperiencePartsQuery]) -> Any:
    return experience.fetch_experience(read_ground(request, query), query.by)


@router.get("/users", response=UserExperiencesOut, summary="Get the users' scores, the worst first")
def get_experience_users(request: HttpRequest, query: Query[ExperienceUsersQuery]) -> Any:
    ground = read_ground(request, query)
    found = experience.fetch_user_experience(ground, limit=query.limit, offset=query.offset)
    return {"items": found.rows, "total": found.total, "known": ground.known}
