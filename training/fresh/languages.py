"""Questions and answers in twenty-six languages, paired with the right or a wrong one, written by hand."""
# ruff: noqa: E501, RUF001 - one sentence a line, in many scripts

from collections.abc import Iterator
from random import Random

import msgspec

SAID = {
    "en": ("When does the museum open on Sundays?", "On Sundays the museum opens at ten and closes at five.", "It opens at ten."),
    "de": ("Wann öffnet das Museum am Sonntag?", "Am Sonntag öffnet das Museum um zehn und schließt um fünf.", "Es öffnet um zehn."),
    "fr": ("À quelle heure ouvre le musée le dimanche ?", "Le dimanche, le musée ouvre à dix heures et ferme à cinq heures.", "Il ouvre à dix heures."),
    "es": ("¿A qué hora abre el museo los domingos?", "Los domingos el museo abre a las diez y cierra a las cinco.", "Abre a las diez de la mañana."),
    "it": ("A che ora apre il museo la domenica?", "La domenica il museo apre alle dieci e chiude alle cinque.", "Apre alle dieci di mattina."),
    "pt": ("A que horas abre o museu aos domingos?", "Aos domingos o museu abre às dez e fecha às cinco.", "Ele abre às dez da manhã."),
    "nl": ("Hoe laat gaat het museum op zondag open?", "Op zondag gaat het museum om tien uur open en om vijf uur dicht.", "Het gaat om tien uur open."),
    "pl": ("O której muzeum otwiera się w niedzielę?", "W niedzielę muzeum otwiera się o dziesiątej, a zamyka o piątej.", "Otwiera się o dziesiątej rano."),
    "ru": ("Во сколько музей открывается в воскресенье?", "В воскресенье музей открывается в десять и закрывается в пять.", "Он открывается в десять."),
    "uk": ("О котрій годині музей відкривається в неділю?", "У неділю музей відкривається о десятій і зачиняється о п'ятій.", "Він відкривається о десятій."),
    "cs": ("V kolik hodin se v neděli otevírá muzeum?", "V neděli se muzeum otevírá v deset a zavírá v pět.", "Otevírá se v deset hodin."),
    "sv": ("När öppnar museet på söndagar?", "På söndagar öppnar museet klockan tio och stänger klockan fem.", "Det öppnar klockan tio."),
    "fi": ("Mihin aikaan museo avataan sunnuntaisin?", "Sunnuntaisin museo avataan kymmeneltä ja suljetaan viideltä.", "Se avataan kymmeneltä aamulla."),
    "hu": ("Mikor nyit a múzeum vasárnap?", "Vasárnap a múzeum tízkor nyit és ötkor zár.", "Reggel tíz órakor nyit ki."),
    "ro": ("La ce oră se deschide muzeul duminica?", "Duminica muzeul se deschide la zece și se închide la cinci.", "Se deschide la ora zece dimineața."),
    "tr": ("Müze pazar günleri saat kaçta açılıyor?", "Müze pazar günleri saat onda açılıyor ve beşte kapanıyor.", "Sabah saat onda açılıyor."),
    "el": ("Τι ώρα ανοίγει το μουσείο την Κυριακή;", "Την Κυριακή το μουσείο ανοίγει στις δέκα και κλείνει στις πέντε.", "Ανοίγει στις δέκα το πρωί."),
    "ar": ("متى يفتح المتحف يوم الأحد؟", "يفتح المتحف يوم الأحد في الساعة العاشرة ويغلق في الخامسة.", "يفتح في الساعة العاشرة صباحا."),
    "he": ("מתי נפתח המוזיאון ביום ראשון?", "ביום ראשון המוזיאון נפתח בעשר ונסגר בחמש.", "הוא נפתח בשעה עשר בבוקר."),
    "hi": ("रविवार को संग्रहालय कब खुलता है?", "रविवार को संग्रहालय दस बजे खुलता है और पाँच बजे बंद होता है।", "यह सुबह दस बजे खुलता है।"),
    "th": ("พิพิธภัณฑ์เปิดกี่โมงในวันอาทิตย์", "ในวันอาทิตย์พิพิธภัณฑ์เปิดสิบโมงและปิดห้าโมงเย็น", "เปิดตอนสิบโมงเช้า"),
    "vi": ("Bảo tàng mở cửa lúc mấy giờ vào chủ nhật?", "Vào chủ nhật bảo tàng mở cửa lúc mười giờ và đóng cửa lúc năm giờ.", "Bảo tàng mở cửa lúc mười giờ."),
    "id": ("Jam berapa museum buka pada hari Minggu?", "Pada hari Minggu museum buka pukul sepuluh dan tutup pukul lima.", "Museum itu buka pukul sepuluh pagi."),
    "zh": ("博物馆星期天几点开门？", "博物馆星期天上午十点开门，下午五点关门。", "早上十点钟开门。"),
    "ja": ("日曜日に博物館は何時に開きますか？", "日曜日は博物館は十時に開き、五時に閉まります。", "朝の十時に開きます。"),
    "ko": ("일요일에 박물관은 몇 시에 문을 여나요?", "일요일에 박물관은 열 시에 열고 다섯 시에 닫습니다.", "아침 열 시에 문을 엽니다."),
}  # fmt: skip
"""Question, answer and short answer."""
KIN = ({"ru", "uk"}, {"es", "pt"}, {"cs", "pl"})
"""Pairs of which short texts may pass for one another are asked of no check."""

IN_ANY_LANGUAGE = (
    "```python\nfor name in names:\n    print(f'Hello, {name}, and welcome to the museum')\n```",
    "SELECT name, opens_at FROM museums WHERE city = 'Lisbon' ORDER BY opens_at LIMIT 10;",
    "10:00-17:00",
    "42.7 %, 1.234,56 EUR, 2026-03-01",
    '{"opens_at": "ten o\'clock in the morning", "closes_at": "five in the afternoon"}',
    "https://museum.example/opening-hours/sunday-and-holidays.html",
    "Museo Nacional del Prado, Calle de Ruiz de Alarcón 23, Madrid",
    "Johann Sebastian Bach, Wolfgang Amadeus Mozart, Ludwig van Beethoven",
    "E = mc^2, a^2 + b^2 = c^2, \\sum_{i=1}^{n} x_i",
    "OK",
    "\U0001f44d\U0001f389",
    "npm install --save-dev typescript eslint prettier && npm run build",
    "| id | open | close |\n|---|---|---|\n| 1 | 10 | 17 |\n| 2 | 9 | 18 |",
    "<html><body><h1>Opening hours of the museum</h1></body></html>",
    "const opens = (day) => day === 'Sunday' ? 10 : 9; // the museum opens later on Sundays",
    "Dr. María José García-López, Prof. Jean-François Dubois, Björn Åkesson",
)
"""Answers that belong to no language, or whose words are names."""
QUOTING = {
    "de": 'Auf dem Schild steht: "On Sundays the museum opens at ten". Es öffnet also um zehn Uhr.',
    "en": 'The sign reads "Am Sonntag öffnet das Museum um zehn", so it opens at ten on Sundays.',
    "fr": "Le panneau dit « On Sundays the museum opens at ten », donc le musée ouvre à dix heures.",
    "es": 'El cartel dice "On Sundays the museum opens at ten"; es decir, abre a las diez.',
    "ja": "看板には「On Sundays the museum opens at ten」と書かれています。つまり十時に開きます。",
    "zh": "牌子上写着“On Sundays the museum opens at ten”，也就是说十点开门。",
    "ru": "На табличке написано «On Sundays the museum opens at ten», то есть музей открывается в десять.",
}
"""Answers in the language of their question that quote another."""
WITH_CODE = {
    "de": "Rufen Sie die Funktion so auf:\n```python\nopen_museum(day='Sunday', hour=10)\n```\nDanach ist das Museum ab zehn Uhr offen.",
    "en": "Call it like this:\n```python\nmuseum_oeffnen(tag='Sonntag')\n```\nAfter that the museum is open from ten.",
    "fr": "Appelez la fonction `open_museum(day)` avec le jour voulu, puis vérifiez la valeur renvoyée.",
    "es": "Llama a la función `open_museum(day)` con el día y comprueba el valor que devuelve.",
    "zh": "请这样调用函数 `open_museum(day='Sunday')`，然后检查返回值是否正确。",
    "ja": "関数 `open_museum(day='Sunday')` を呼び出して、戻り値を確認してください。",
}


class FreshPair(msgspec.Struct, frozen=True):
    id: str
    split: str
    question: str
    answer: str
    label: int
    kind: str


def rows(seed: int = 1, count: int = 1200) -> Iterator[FreshPair]:
    """A third each of right answers, wrong ones, and answers of no language or with another inside."""
    chance = Random(seed)  # noqa: S311 - the same rows from the same seed
    codes = tuple(SAID)
    for number in range(count):
        asked = chance.choice(codes)
        question, answer, short = SAID[asked]
        said, label, kind = chance.choice((answer, answer, short)), 0, "same"
        if number % 3 == 1:
            other = chance.choice([one for one in codes if one != asked and {one, asked} not in KIN])
            kind = chance.choice(("other", "other", "other, short"))
            said, label = SAID[other][2 if "short" in kind else 1], 1
        elif number % 3 == 2:
            asked = chance.choice(tuple(QUOTING)) if number % 2 else asked
            question = SAID[asked][0]
            choices = [*IN_ANY_LANGUAGE, *filter(None, (QUOTING.get(asked), WITH_CODE.get(asked)))]
            said, kind = chance.choice(choices[-2:] if number % 2 else choices), "no language or two"
        split = "test" if number % 2 else "dev"
        yield FreshPair(f"fresh-language-{seed}-{number}", split, question, said, label, kind)
