"""What people call their tables and columns, in six languages."""

from __future__ import annotations

# In the order in which they are tried: a word for a relation says more than one for an entity,
# so that `firm_links` are linkages and `industry_codes` industries.
TABLE_WORDS: dict[str, str] = {
    "linkages": "linkages linkage links link ties tie edges edge relations relation "
    "relationships "
    "relationship connections connection network deals deal acquisitions acquisition "
    "supplies supply investments investment collaborations collaboration cooperations "
    "partnerships contracts contract orders deliveries projects project agreements "
    "alliances invoices transactions verbindungen verbindung beziehungen beziehung "
    "verknupfungen kanten kooperationen lieferbeziehungen liens lien relaciones "
    "relacion vinculos enlaces legami relazioni collegamenti ligacoes relacoes arestas "
    "aristas",
    "industry_flows": "industry_flows input_output input_output_table io_table use_table "
    "labour_flows labor_flows job_flows industry_mobility flows_between_industries "
    "verflechtungstabelle",
    "occupations": "occupations occupation occupation_matrix staffing_patterns berufe "
    "professions ocupaciones professioni profissoes",
    "employment": "employment employment_by_industry jobs_by_industry "
    "county_business_patterns cbp qcew beschaeftigung beschaeftigte beschaftigte "
    "beschaftigung emploi emplois effectifs empleo "
    "occupazione addetti emprego",
    "memberships": "memberships membership members member mitglieder mitgliedschaften "
    "membres miembros "
    "membri membros",
    "attendance": "attendance attendances exhibitors participants attendees aussteller "
    "exposants "
    "expositores espositori",
    "activities": "activities activity org_industries organisation_industries firm_industries "
    "taetigkeiten tatigkeiten activites actividades attivita atividades",
    "establishments": "establishments establishment sites site plants plant locations "
    "branches betriebe "
    "betriebsstatten standorte etablissements sedi stabilimenti establecimientos "
    "estabelecimentos facilities",
    "relatedness": "relatedness proximity industry_proximity verwandtschaft",
    "industries": "industries industry classification nace naics sectors sector branchen "
    "wirtschaftszweige secteurs sectores settori setores industry_codes codes",
    "declared_clusters": "declared_clusters clusters cluster initiatives_list grappes",
    "gatherings": "gatherings gathering events event fairs fair conferences conference messen "
    "veranstaltungen salons foires ferias fiere eventos eventi",
    "spells": "spells spell employment_histories careers jobs_history",
    "knowledge_items": "knowledge_items patents patent publications patente brevets "
    "patentes brevetti",
    "institutions": "institutions institution rules institutionen",
    "initiatives": "initiatives initiative policies policy programmes programs massnahmen",
    "outcomes": "outcomes outcome indicators indicator indikatoren indicateurs indicadores "
    "indicatori",
    "claims": "claims claim",
    "places": "places place regions region municipalities cities orte gemeinden communes "
    "municipios comuni regionen lieux lugares luoghi",
    "organisations": "organisations organisation organizations organization orgs org "
    "firms firm "
    "companies company businesses business enterprises enterprise actors actor nodes "
    "node vertices entities firmen firma unternehmen betrieb organisationen akteure "
    "knoten entreprises entreprise societes organisme organismes acteurs noeuds "
    "empresas empresa organizaciones organizacion sociedades actores nodos aziende "
    "azienda imprese impresa societa organizzazioni attori nodi organizacoes "
    "organizacao atores nos",
}

_ID = ("id identifier code key number nr no kennung kennziffer schluessel schlussel nummer "
    "identifiant numero identificador identificativo codice codigo")  # fmt: skip
_X = ("longitude lon lng long longitud longitudine laenge lange laengengrad langengrad "
    "geographische_lange x x_coord coord_x lon_wgs84 point_x")  # fmt: skip
_Y = ("latitude lat latitud latitudine breite breitengrad geographische_breite y y_coord "
    "coord_y lat_wgs84 point_y")  # fmt: skip
_CITY = ("city town municipality stadt ort gemeinde ville commune ciudad municipio localidad "
    "citta comune cidade localidade location_city hq_city place sitz")  # fmt: skip
_COUNTRY = ("country nation land staat pays pais paese country_code countrycode country_iso2 "
    "iso2 iso_country laendercode landercode nazione")  # fmt: skip
_INDUSTRY = ("industry industries sector nace nace_code naics naics_code sic branche "
    "wirtschaftszweig wz_code wz ape code_ape secteur industria sector_economico "
    "actividad settore ateco atividade setor cnae category categories category_list "
    "industry_code main_industry primary_industry activite business trade "
    "line_of_business market field field_1")  # fmt: skip
_START = ("start start_date from_date begin begin_date since date beginn anfang startdatum "
    "von datum debut date_debut inicio fecha fecha_inicio inizio data data_inizio year "
    "jahr annee ano anno acquired_at announced_on signed_on valid_from deal_date "
    "date from")  # fmt: skip
_END = ("end end_date to_date until finish ende enddatum bis fin date_fin fecha_fin fine "
    "data_fine fim data_fim valid_to to")  # fmt: skip

_JOBS = ("jobs employees employment staff headcount workers n_employees number_of_employees "
    "fte beschaeftigte beschaftigte erwerbstatige sv_beschaftigte svb "
    "sozialversicherungspflichtig_beschaftigte sozialversicherungspflichtig_beschaeftigte "
    "sozialversicherungspflichtige_beschaftigte mitarbeiter mitarbeitende effectif effectifs "
    "salaries empleados trabajadores empleo addetti dipendenti occupati empregados "
    "trabalhadores effectifs_salaries nombre_de_salaries personas_ocupadas afiliados "
    "numero_addetti numero_di_addetti banen werknemers werkzame_personen pracujacy "
    "zatrudnienie liczba_pracujacych")  # fmt: skip
_AREA = ("area_code area_id area_fips fips geoid geo_code geography_code cbsa_code msa_code "
    "county_code county_fips municipality_code region_code region_id nuts_id nuts_code lau_id "
    "place_code district_code ags kreisschluessel kreisschlussel kreiskennziffer kreis_code "
    "regionalschluessel regionalschlussel gemeindeschluessel gemeindeschlussel gemeindenummer "
    "kreis_nr kreisnummer code_commune codgeo code_geo code_insee code_departement code_region "
    "code_zone_emploi codigo_municipio cod_municipio codigo_provincia codice_comune "
    "codice_istat codice_provincia gemeentecode regiocode regio_s kod_teryt teryt kod "
    "area fips geo geography cbsa msa county municipality region labour_market "
    "labour_market_area travel_to_work_area ttwa nuts lau place district local_authority kreis "
    "landkreis gemeinde commune zone_emploi departement provincia comune municipio regione "
    "regiao gemeente regio gmina powiat wojewodztwo area_name region_name county_name "
    "place_name local_authority_name kreisname gemeindename")  # fmt: skip
_CODES = ("naics2017 naics2012 naics_2017 naics_2012 nace_r2 nace_rev2 sic_code isic isic_code "
    "industry_id noga onace sni db07 sic_2007 sic07 "
    "wz_2008 wz08 wz2008 wz_08 wz_2003 wz_2025 wz08_code wzcode wirtschaftszweige "
    "wirtschaftszweig_wz_2008 wz_abteilung wirtschaftsabteilung naf naf_rev_2 code_naf a17 a21 "
    "a38 a64 a88 cnae_2009 codigo_cnae ateco_2007 codice_ateco sbi sbi_2008 "
    "bedrijfstakken_branches bedrijfstak pkd pkd_2007 sekcja_pkd")  # fmt: skip

COLUMN_WORDS: dict[str, str] = {
    "org_id": "org_id organisation_id organization_id firm_id company_id enterprise_id "
    "actor_id "
    "node_id entity_id firm_code company_code firmen_id firmennummer unternehmens_id "
    "id_entreprise siren siret id_empresa nif cif id_azienda partita_iva cnpj lei vat "
    f"permalink uuid pic {_ID}",
    "name": "name title label firm_name company_name org_name organisation_name "
    "organization_name legal_name firmenname unternehmen unternehmensname bezeichnung "
    "firma nom raison_sociale denomination nombre razon_social ragione_sociale nome "
    "denominazione razao_social company firm organisation organization provider_name "
    "startup start_up exhibitor aussteller exposant expositor espositore supplier "
    "lieferant zulieferer fournisseur proveedor fornitore fornecedor provider investor fund "
    "member mitglied membre miembro membro participant teilnehmer",
    "kind": "kind type org_type organisation_type organization_type art typ rechtsform tipo "
    "categorie activity_type",
    "industry": _INDUSTRY,
    "longitude": _X,
    "latitude": _Y,
    "precision": "precision geo_precision accuracy genauigkeit geocode_precision",
    "city": _CITY,
    "region": "region state province county nuts nuts2 nuts3 metro bundesland kreis provinz "
    "departement provincia comunidad regione estado regiao state_code",
    "country": _COUNTRY,
    "place_id": "place_id municipality_id municipality_code city_id gemeindeschluessel ags "
    "code_commune lau lau_id nuts_id",
    "opened": "opened founded founded_at founded_on founding_date foundation_date "
    "founding_year "
    "year_founded established incorporated incorporation_date grundung gruendung "
    "gruendungsjahr grundungsjahr grundungsdatum creation date_creation annee_creation "
    "fundacion fecha_fundacion ano_fundacion fondazione anno_fondazione "
    "data_costituzione fundacao birth",
    "closed": "closed closed_at closed_on closing_date dissolved schliessung schliessungsdatum "
    "fermeture date_fermeture cierre fecha_cierre chiusura data_chiusura encerramento "
    "death",
    "jobs": _JOBS,
    "revenue_musd": "revenue_musd revenue_million_usd sales_musd turnover_musd",
    "owner_id": "owner_id parent_id owner parent ultimate_owner muttergesellschaft "
    "eigentuemer_id "
    "proprietaire matriz capogruppo",
    "source": "source source_id holder holder_id from from_id origin org_a org_1 org1 "
    "firm_a firm_1 firm1 "
    "company_a company_1 node_1 node1 id1 id_1 i sender supplier supplier_id seller "
    "acquirer acquirer_id acquirer_permalink investor investor_id buyer_of von quelle "
    "von_id lieferant lieferant_id fournisseur origine proveedor origen fornitore "
    "origem fornecedor ego giver partner_a partner_1 partner1 member_a lender licensor "
    "investor_name acquirer_name supplier_name seller_name source_name from_name "
    "citing",
    "target": "target target_id held held_id bought bought_id to to_id destination org_b "
    "org_2 org2 firm_b firm_2 firm2 "
    "company_b company_2 node_2 node2 id2 id_2 j receiver customer customer_id buyer "
    "buyer_id acquired acquired_id acquiree company_permalink investee investee_id nach "
    "nach_id ziel kunde kunde_id abnehmer client cible cliente destino destinatario "
    "alter taker partner partner_id partner_b partner_2 partner2 member_b borrower "
    "licensee cited investee_name acquiree_name customer_name buyer_name target_name to_name "
    "company_id company_name",
    "layer": "layer kind type relation relation_type tie_type link_type linkage_type "
    "relationship edge_type art typ beziehungsart type_de_lien tipo tipo_relacion "
    "tipo_legame kind_of_tie",
    "directed": "directed is_directed gerichtet dirige dirigido diretto",
    "weight": "weight strength value volume intensity stake price gewicht wert betrag "
    "staerke starke poids peso valor valore n count",
    "unit": "unit currency einheit waehrung wahrung unite devise unidad moneda unita unidade "
    "price_currency_code",
    "start": _START,
    "end": _END,
    "observed_by": "observed_by data_source record_source quelle_der_daten",
    "confidence": "confidence certainty sicherheit confiance confianza fiducia",
    "trust": "trust trust_level trust_score vertrauen",
    "content": "content inhalt contenu contenido contenuto conteudo",
    "establishment_id": f"establishment_id site_id plant_id betrieb_id {_ID}",
    "function": "function funktion fonction funcion funzione funcao",
    "level": "level ebene niveau nivel livello",
    "population": "population inhabitants einwohner bevoelkerung poblacion popolazione "
    "populacao",
    "area_km2": "area_km2 area flaeche flache superficie",
    "title": "title name label description bezeichnung titel titre libelle titulo descripcion "
    "titolo descrizione descricao",
    "parent": "parent parent_code uebergeordnet",
    "cluster": "cluster cluster_name group gruppe groupe grupo gruppo",
    "cluster_id": f"cluster_id cluster {_ID}",
    "gathering_id": f"gathering_id event_id fair_id {_ID}",
    "item_id": f"item_id patent_id publication_id {_ID}",
    "unit_id": f"unit_id region_id geo {_ID}",
    "indicator": "indicator variable indikator indicateur indicador indicatore",
    "value": "value values wert valeur valor valore",
    "year": "year time jahr annee ano anno",
    "share": "share anteil part cuota quota",
    "role": "role rolle papel ruolo",
    "size_class": "size_class size sizeclass employment_size empsize emp_size size_band "
    "groessenklasse grossenklasse tranche_effectif taille classe_addetti clase_tamano",
    "establishments": "establishments establishment estabs estab est n_establishments "
    "number_of_establishments annual_avg_estabs qtrly_estabs plants sites units local_units "
    "betriebe anzahl_betriebe anzahl_der_betriebe betriebsstatten niederlassungen "
    "arbeitsstatten vestigingen bedrijfsvestigingen podmioty liczba_podmiotow "
    "nombre_d_etablissements centros_de_trabajo numero_unita_locali business_units "
    "etablissements nombre_etablissements establecimientos unita_locali "
    "estabelecimentos",
    "suppressed": "suppressed is_suppressed suppression withheld confidential "
    "is_confidential geheim",
    "occupation": "occupation occupation_code occ occ_code soc soc_code isco isco_code beruf "
    "berufe kldb profession pcs ocupacion cno professione profissao cbo",
    "parent_id": "parent_id parent",
}

# In these tables some words mean another column than elsewhere.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("industries", "industry"): f"{_INDUSTRY} code industry_code {_ID}",
    ("employment", "place_id"): f"place_id {_AREA}",
    ("employment", "industry"): f"{_CODES} {_INDUSTRY} {_ID}",
    ("employment", "jobs"): f"{_JOBS} anzahl_beschaftigte beschaftigte_anzahl emp empl emplvl "
    "employed persons_employed value values annual_avg_emplvl "
    "month3_emplvl obs_value wert valeur valor valore",
    ("employment", "year"): "year time time_period period jahr annee ano anno",
    ("industry_flows", "industry"): f"{_INDUSTRY} industry_from from_industry industry_1 "
    "industry_a source source_industry origin_industry selling_industry from",
    ("industry_flows", "other"): "other other_industry to_industry industry_to industry_2 "
    "industry_b target target_industry destination_industry buying_industry to",
    ("industry_flows", "value"): "value values flow flows weight amount moves movers persons "
    "wert valeur valor valore n count",
    ("occupations", "industry"): f"{_INDUSTRY} {_CODES}",
    ("occupations", "jobs"): f"{_JOBS} emp empl tot_emp n count value",
    ("places", "place_id"): f"place_id {_ID} {_AREA}",
    ("places", "name"): "name label city municipality ort gemeinde commune nombre nome",
    (
        "memberships",
        "org_id",
    ): "org_id organisation_id organization_id firm_id company_id member member_id",
    ("activities", "org_id"): "org_id organisation_id organization_id firm_id company_id id",
    (
        "establishments",
        "org_id",
    ): "org_id organisation_id organization_id firm_id company_id firm company",
}

LAYER_WORDS: dict[str, str] = {
    "acquisition": "acquirer acquired acquiree acquisition acquisitions takeover "
    "takeovers deals bought "
    "merger mergers permalink",
    "investment": "investor investee investment investments funding venture rounds backer "
    "portfolio fund",
    "supply": "supplier suppliers customer customers buyer seller supply supplies "
    "contracts orders deliveries invoices lieferant kunde "
    "fournisseur proveedor fornitore fornecedor lieferbeziehungen",
    "research": "project projects research consortium cordis collaboration collaborations "
    "kooperationen rd",
    "coinvention": "inventor inventors patent patents coinvention",
    "coauthor": "author authors publication publications coauthor",
    "ownership": "owner shareholder holder held stake ownership owners",
    "affiliate": "affiliate subsidiary parent affiliates subsidiaries",
    "co_attendance": "attend attendance exhibitor exhibitors fair fairs aussteller",
    "labour_move": "hire hires moves mobility",
    "board": "director directors board interlocks",
    "social": "friends kin alumni social",
    "advice": "advice advisor",
}


# Files of these names are linkages only when their columns name two ends.
MAYBE_LINKAGES = frozenset(
    {"project", "projects", "contract", "contracts", "order", "orders", "deliveries", "deals",
     "agreements", "alliances", "invoices", "transactions", "network", "investments",
     "collaborations"}
)  # fmt: skip


# Files of these names, or of none that says anything, are employment when their columns are.
MAYBE_EMPLOYMENT = frozenset(
    {"", "organisations", "places", "industries", "establishments", "activities"}
)

# Parts of many names, which alone tell nothing.
SAYS_LITTLE = frozenset(
    {"code", "key", "number", "name", "value", "type", "kind", "time", "count"}
)

# Headers beside the codes of a table of employment that name its places and its industries.
PLACE_NAMES = (
    "name area_name place_name region_name county_name district_name municipality_name city "
    "geo_label geography geography_name local_authority local_authority_name cbsa_title "
    "kreis kreisname landkreis gemeinde gemeindename raumeinheit regionsname region gebiet "
    "bezeichnung libgeo libelle nom_commune commune nom_departement departement nombre "
    "municipio provincia comune denominazione_comune regione gemeente regio gmina powiat nazwa"
)
INDUSTRY_TITLES = (
    "industry_title industry_name industry_label industry_description title naics_title "
    "naics_description naics_label nace_label sic_description sector_name description industry "
    "wirtschaftszweig wz_bezeichnung bezeichnung_wz wirtschaftszweig_bezeichnung branche "
    "wz_text libelle_naf libelle_activite libelle_ape secteur activite actividad sector "
    "descrizione_ateco settore attivita bedrijfstak nazwa_pkd"
)
