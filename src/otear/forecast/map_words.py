"""What the maps say, in both languages."""

from __future__ import annotations

from otear.domain.bilingual import Bilingual

TITLE = Bilingual("Expected clandestine sites by {unit}, {year}", "Sitios clandestinos esperados por {unit}, {year}")
SUBTITLE = Bilingual("{model}; learned from {series}, {first}–{last}", "{model}; a partir de {series}, {first}–{last}")
EXPECTED = Bilingual("Expected number of sites", "Número esperado de sitios")
UPPER = Bilingual(
    "How uncertain: upper end of the {share:.0%} interval",
    "Incertidumbre: extremo superior del intervalo de {share:.0%}",
)
MUNICIPIO = Bilingual("municipio", "municipio")
AREA = Bilingual("area", "área")
BELOW = Bilingual("below", "menos de")
LEAST = Bilingual("at least", "al menos")
NO_FORECAST = Bilingual("no forecast", "sin pronóstico")
HIGHEST = Bilingual("Highest expected numbers", "Números esperados más altos")
COLUMNS = Bilingual(
    "key|{unit}|state|expected|{share:.0%} interval", "clave|{unit}|estado|esperado|intervalo de {share:.0%}"
)
TRENDS = Bilingual(
    "Trend of five states: sites in {series} by year", "Tendencia de cinco estados: sitios en {series} por año"
)
TRENDS_ANY = Bilingual("Trend by state: sites in {series} by year", "Tendencia por estado: sitios en {series} por año")
RISING = Bilingual("rising", "al alza")
STEADY = Bilingual("steady", "estable")
FALLING = Bilingual("falling", "a la baja")
UNCLEAR = Bilingual("no clear trend", "sin tendencia clara")
OTHERS = Bilingual("Other series count there, added to nothing:", "Otras series cuentan ahí, sin sumarse:")
SILENT = Bilingual(
    "Grey years: the series reports nothing from anywhere.", "Años en gris: la serie no informa nada de ninguna parte."
)
WHAT_TITLE = Bilingual("What these counts are, and what they are not", "Qué son estos conteos y qué no son")
REPORTED = Bilingual(
    "They are sites that authorities reported finding and the press repeated, in the series named above. "
    "They measure enforcement and reporting as well as sites.",
    "Son sitios que las autoridades dijeron haber hallado y la prensa repitió, en las series nombradas arriba. "
    "Miden la actividad de las autoridades y de la prensa tanto como los sitios.",
)
WHAT = (
    Bilingual(
        "They are not a census: an area without a count may have no sites, or nobody who looked or reported.",
        "No son un censo: un área sin conteo puede no tener sitios, o nadie que buscara o informara.",
    ),
    Bilingual(
        "Series contradict each other and are never added. Active and inactive sites are counted together unless a "
        "series says otherwise.",
        "Las series se contradicen y nunca se suman. Los sitios activos e inactivos se cuentan juntos salvo que la "
        "serie diga otra cosa.",
    ),
    Bilingual(
        "An expected number is a reason to look there, with its uncertainty. It is no finding, and the host decides.",
        "Un número esperado es un motivo para mirar ahí, con su incertidumbre. No es un hallazgo, y el anfitrión "
        "decide.",
    ),
)
CREDIT = Bilingual(
    "Boundaries: {credit}. Lambert's equal-area projection.", "Límites: {credit}. Proyección equivalente de Lambert."
)

FLOWS = Bilingual("Flows of precursors and products: {series}", "Flujos de precursores y productos: {series}")
PRECURSOR = Bilingual("precursors", "precursores")
PRODUCT = Bilingual("products", "productos")
CONSIGNMENTS = Bilingual("consignments", "envíos")
CONSIGNMENT = Bilingual("consignment", "envío")
UNCOUNTED = Bilingual("not counted", "sin contar")
COUNTRY = Bilingual("country", "país")
PORT = Bilingual("port", "puerto")
DISTRICT = Bilingual("district", "distrito")
BEYOND = Bilingual("beyond the map, in its direction", "fuera del mapa, en su dirección")
NOT_DRAWN = Bilingual("Not drawn, for want of a place: {names}.", "Sin dibujar, por falta de lugar: {names}.")
SOURCES = Bilingual("Sources", "Fuentes")
FLOWS_WHAT = Bilingual(
    "Reported consignments, not all that moved. Arrows join places and follow no route.",
    "Envíos reportados, no todo lo que se movió. Las flechas unen lugares y no siguen ninguna ruta.",
)
