"""Places whose clocks people name: "9pm sydney time", "2pm eastern". Adding one is adding a word."""

from typing import Final

# A zone and what its time is called by, before "time".
_LINES: Final = (
    ("Europe/London", "london, uk, british, english, england, britain, scotland, edinburgh, manchester"),
    ("Europe/Dublin", "dublin, irish, ireland"),
    ("Europe/Lisbon", "lisbon, portuguese, portugal"),
    ("Europe/Paris", "paris, french, france"),
    ("Europe/Berlin", "berlin, german, germany, munich, frankfurt, hamburg, central european"),
    ("Europe/Vienna", "vienna, austrian, austria"),
    ("Europe/Zurich", "zurich, geneva, swiss, switzerland"),
    ("Europe/Rome", "rome, milan, italian, italy"),
    ("Europe/Madrid", "madrid, barcelona, spanish, spain"),
    ("Europe/Amsterdam", "amsterdam, dutch, netherlands"),
    ("Europe/Brussels", "brussels, belgian, belgium"),
    ("Europe/Stockholm", "stockholm, swedish, sweden"),
    ("Europe/Oslo", "oslo, norwegian, norway"),
    ("Europe/Copenhagen", "copenhagen, danish, denmark"),
    ("Europe/Helsinki", "helsinki, finnish, finland, eastern european"),
    ("Europe/Warsaw", "warsaw, polish, poland"),
    ("Europe/Athens", "athens, greek, greece"),
    ("Europe/Istanbul", "istanbul, turkish, turkey"),
    ("Europe/Moscow", "moscow"),
    ("Africa/Cairo", "cairo, egyptian, egypt"),
    ("Africa/Lagos", "lagos, nigerian, nigeria"),
    ("Africa/Nairobi", "nairobi, kenyan, kenya"),
    ("Africa/Johannesburg", "johannesburg, cape town, south african, south africa"),
    ("Asia/Dubai", "dubai"),
    ("Asia/Karachi", "karachi, lahore, pakistani, pakistan"),
    ("Asia/Kolkata", "kolkata, mumbai, delhi, new delhi, bangalore, indian, india"),
    ("Asia/Bangkok", "bangkok, thai, thailand"),
    ("Asia/Jakarta", "jakarta"),
    ("Asia/Singapore", "singapore"),
    ("Asia/Hong_Kong", "hong kong"),
    ("Asia/Shanghai", "shanghai, beijing, chinese, china"),
    ("Asia/Manila", "manila, philippine, philippines"),
    ("Asia/Seoul", "seoul, korean, korea"),
    ("Asia/Tokyo", "tokyo, japanese, japan"),
    ("Australia/Perth", "perth"),
    ("Australia/Brisbane", "brisbane"),
    ("Australia/Sydney", "sydney, canberra"),
    ("Australia/Melbourne", "melbourne"),
    ("Pacific/Auckland", "auckland, new zealand, nz"),
    ("Pacific/Honolulu", "honolulu, hawaii, hawaiian"),
    ("America/Anchorage", "anchorage, alaska"),
    ("America/Los_Angeles", "pacific, us pacific, los angeles, la, san francisco, seattle, california"),
    ("America/Denver", "mountain, us mountain, denver"),
    ("America/Chicago", "central, us central, chicago, dallas, houston, texas"),
    ("America/New_York", "eastern, us eastern, new york, nyc, ny, boston, washington, miami, atlanta"),
    ("America/Toronto", "toronto, ottawa, montreal"),
    ("America/Vancouver", "vancouver"),
    ("America/Mexico_City", "mexico city"),
    ("America/Bogota", "bogota"),
    ("America/Sao_Paulo", "sao paulo"),
    ("America/Argentina/Buenos_Aires", "buenos aires"),
)

ZONES_OF_PLACES: Final[dict[tuple[str, ...], str]] = {
    tuple(name.split()): zone for zone, names in _LINES for name in names.split(", ")
}
# These are said without "time" as well: "2pm eastern".
WITHOUT_TIME: Final = frozenset({("eastern",), ("pacific",), ("us", "eastern"), ("us", "pacific")})
