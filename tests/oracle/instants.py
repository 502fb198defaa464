"""Where the edges are in time: the instants at which a day, a window, a deadline or a warning begins."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
STEPS = (-1, 0, 1)
ZONE = ZoneInfo("Europe/Stockholm")

AS_OF = (  # days on which something ends, begins, or has 23 or 25 hours, or is settled
    "2026-03-29T00:30:00.000Z", "2026-03-29T01:00:00.000Z", "2026-03-29T22:00:00.000Z", "2026-03-30T10:17:33.250Z",
    "2026-10-25T00:30:00.000Z", "2026-10-25T01:00:00.001Z", "2026-10-25T22:59:59.999Z", "2026-10-27T08:00:00.000Z",
    "2026-03-31T21:59:59.999Z", "2026-03-31T22:00:00.000Z", "2026-04-30T22:00:00.000Z", "2026-05-03T03:04:05.006Z",
    "2025-12-31T22:59:59.999Z", "2025-12-31T23:00:00.000Z", "2026-01-04T12:00:00.000Z", "2026-09-01T09:09:09.009Z",
    "2024-02-29T23:30:00.000Z", "2026-04-15T10:17:33.250Z", "2026-06-28T23:59:00.000Z", "2026-08-31T22:00:00.001Z",
    "2026-03-31T22:59:59.999Z", "2026-03-31T23:00:00.000Z", "2026-10-27T22:00:00.000Z", "2026-04-18T22:00:00.000Z",
)


def millis(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def local_day(instant):
    return datetime.fromtimestamp(instant // 1000, ZONE).date()


def local(day, hour=0, minute=0):
    """A time of a local day."""
    return round(datetime.combine(day, time(hour, minute), ZONE).timestamp() * 1000)


def midnight_after(day):
    """The first instant at which `day` is over."""
    return local(day + timedelta(1))


def edges_before(now):
    """Instants at which a pane or window begins, or what the month's projection looks at, none later than now."""
    edges = [now // MINUTE * MINUTE - minutes * MINUTE for minutes in (0, 1, 59, 60, 61, 1439, 1440, 1441)]
    edges += [now, now - HOUR, now - DAY]
    today = local_day(now)
    edges += [local(today - timedelta(ago)) for ago in (0, 1, 6, 7, 29, 30, 364, 365)]
    edges += [local(date.fromisoformat(f"{month}-01")) for month in (
        "2025-01", "2025-09", "2026-01", "2026-03", "2026-04", "2026-05", "2026-09", "2026-10", "2026-11")]
    edges += [local(date.fromisoformat(day), hour, 59) for day in ("2026-03-29", "2026-10-25") for hour in (0, 1, 3)]
    edges += [millis(text) for text in ("2026-03-29T01:00:00+00:00", "2026-10-25T00:00:00+00:00",
                                        "2026-10-25T01:00:00+00:00")]
    edges += [now // HOUR * HOUR - week * 168 * HOUR for week in range(10)]
    return [edge for edge in edges if edge <= now]


def text_of(instant, offset_minutes, more_digits=""):
    """In the spelling with this offset, and with digits that are finer than the millisecond."""
    local_time = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=instant, minutes=offset_minutes)
    sign = "+" if offset_minutes >= 0 else "-"
    zone = f"{sign}{abs(offset_minutes) // 60:02d}:{abs(offset_minutes) % 60:02d}" if offset_minutes else "Z"
    return local_time.strftime("%Y-%m-%dT%H:%M:%S") + f".{instant % 1000:03d}{more_digits}{zone}"
