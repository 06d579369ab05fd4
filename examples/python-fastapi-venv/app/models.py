from pydantic import BaseModel, Field


class Plant(BaseModel):
    name: str = Field(min_length=1)
    water_every: int = Field(gt=0, description="days between two waterings")


class Due(BaseModel):
    name: str
    days: int
