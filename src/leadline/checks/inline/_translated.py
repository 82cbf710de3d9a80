"""Names that are written otherwise in each language: countries, parts of the world, taxes and bodies."""

_GROUPS = """
vat tva iva mwst ust btw moms mva dph
gdp bip pib bbp bnp pkb
eu ue
un onu uno
north northern nord norte noord norra norr nördlich septentrionale północna północ
south southern sud süd sur sul zuid södra söder sør południowa południe
east eastern est ost este leste oost östra öst øst wschodnia wschód
west western ouest oeste ovest westen västra väst vest zachodnia zachód
central centrale zentral centraal mittel
america americas amérique amerika américa ameryka
africa afrique afrika áfrica afryka
asia asie asien ásia azja azië
europe europa européenne
pacific pacifique pazifik pacífico pacifico
atlantic atlantique atlantik atlántico atlântico
middle moyen mittlerer naher medio médio midden mellan
world monde welt mundo mondo wereld världen świat
france frankreich francia frança frankrijk frankrike francja
germany deutschland allemagne alemania germania alemanha duitsland tyskland niemcy
austria österreich autriche áustria oostenrijk österrike
switzerland schweiz suisse suiza svizzera suíça zwitserland szwajcaria
italy italien italie italia itália italië włochy
spain spanien espagne españa spagna espanha spanje hiszpania
portugal portogallo portugalia
belgium belgien belgique bélgica belgio belgië belgia
netherlands niederlande pays-bas países-bajos olanda nederland holland nederländerna holandia
luxembourg luxemburg luxemburgo lussemburgo
poland polen pologne polonia polônia polska
sweden schweden suède suecia svezia suécia zweden sverige szwecja
norway norwegen norvège noruega norvegia noorwegen norge norwegia
denmark dänemark danemark dinamarca danimarca denemarken danmark dania
finland finnland finlande finlandia finlândia suomi
ireland irland irlande irlanda ierland irlandia
greece griechenland grèce grecia grécia griekenland grekland grecja
hungary ungarn hongrie hungría ungheria hungria hongarije węgry
czechia tschechien tchéquie chequia cechia tsjechië tjeckien czechy
romania rumänien roumanie rumania roemenië rumunia
turkey türkei turquie turquía turchia turquia turkije turkiet turcja
ukraine ucrania ucraina ucrânia oekraïne ukraina
russia russland russie rusia rússia rusland ryssland rosja
kingdom königreich royaume reino regno koninkrijk kungariket
states staaten états estados stati staten staterna
canada kanada canadá
mexico mexiko mexique méxico messico meksyk
brazil brasilien brésil brasil brasile brazilië brazylia
argentina argentinien argentine argentinië argentyna
chile chili cile
china chine cina kina chiny
japan japon japón giappone japão japonia
india indien inde índia indie
korea corée corea coreia zuid-korea
australia australien australie austrália australië
zealand seeland zélande zelanda zelândia
egypt ägypten égypte egipto egitto egito egypte egypten egipt
morocco marokko maroc marruecos marocco marrocos maroko
london londres londra londen londyn
paris parigi paryż
vienna wien vienne viena wenen wiedeń
munich münchen monaco múnich munique
cologne köln colonia colônia keulen
geneva genf genève ginebra ginevra genebra
milan mailand milano milán milão milaan
rome rom roma rzym
brussels brüssel bruxelles bruselas bruxelas brussel
antwerp antwerpen anvers amberes anversa antuérpia
lisbon lissabon lisbonne lisboa lisbona
warsaw warschau varsovie varsovia varsóvia warszawa
copenhagen kopenhagen copenhague copenaghen kopenhaga københavn
athens athen athènes atenas atene ateny
"""
OTHER_NAMES = {
    word: frozenset(group.split()) for group in _GROUPS.strip().splitlines() for word in group.split()
}
"""By each of its names all that a place or term has, in small letters."""
