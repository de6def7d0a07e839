//! The name of a column → what it means, in the words that exports of several languages use. A
//! name that isn't in the lists means nothing.

use super::units;

/// What a column of a daily file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    Date,
    Channel,
    Campaign,
    Currency,
    Spend,
    Impressions,
    Clicks,
    Conversions,
    Revenue,
}

impl Role {
    /// Its key in `[sources.columns]`.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Channel => "channel",
            Self::Campaign => "campaign",
            Self::Currency => "currency",
            Self::Spend => "spend",
            Self::Impressions => "impressions",
            Self::Clicks => "clicks",
            Self::Conversions => "conversions",
            Self::Revenue => "revenue",
        }
    }

    /// All of them.
    pub(super) const ALL: [Self; 9] = [
        Self::Date,
        Self::Channel,
        Self::Campaign,
        Self::Currency,
        Self::Spend,
        Self::Impressions,
        Self::Clicks,
        Self::Conversions,
        Self::Revenue,
    ];

    /// The figures of a row.
    pub(super) const MEASURES: [Self; 5] =
        [Self::Spend, Self::Impressions, Self::Clicks, Self::Conversions, Self::Revenue];

    /// The words for it, the plainest first: where several columns fit, the first word counts.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Date => &[
                "day",
                "date",
                "tag",
                "datum",
                "jour",
                "date day",
                "día",
                "dia",
                "fecha",
                "giorno",
                "data",
                "dag",
                "dato",
                "dzień",
                "den",
                "päivä",
                "gün",
                "tarih",
                "дата",
                "день",
                "日付",
                "日期",
                "날짜",
                "report date",
                "start date",
                "week",
                "date week",
                "week start",
                "week start date",
                "week starting",
                "week beginning",
                "week of",
                "week ending",
                "week end",
                "wk strt dt",
                "woche",
                "semaine",
                "semana",
                "settimana",
                "month",
                "month start",
                "monat",
                "mois",
                "mes",
                "mese",
                "ds",
                "time",
                "period",
            ],
            Self::Channel => &[
                "channel",
                "channel name",
                "marketing channel",
                "media channel",
                "kanal",
                "canal",
                "canale",
                "kanaal",
                "kanava",
                "канал",
                "渠道",
                "チャネル",
                "platform",
                "ad platform",
                "plattform",
                "plateforme",
                "plataforma",
                "piattaforma",
                "network",
                "source",
            ],
            Self::Campaign => &[
                "campaign",
                "campaign name",
                "kampagne",
                "kampagnenname",
                "campagne",
                "nom de la campagne",
                "campaña",
                "nombre de la campaña",
                "campagna",
                "nome campagna",
                "campanha",
                "nome da campanha",
                "campagnenaam",
                "kampanj",
                "kampanje",
                "kampania",
                "kampanya",
                "кампания",
                "キャンペーン",
                "广告系列",
            ],
            Self::Currency => &[
                "currency code",
                "currency",
                "account currency",
                "währungscode",
                "währung",
                "code de devise",
                "devise",
                "código de moneda",
                "moneda",
                "código da moeda",
                "moeda",
                "codice valuta",
                "valuta",
                "valutacode",
                "waluta",
                "валюта",
                "通貨コード",
            ],
            Self::Spend => &[
                "spend",
                "cost",
                "amount spent",
                "total spent",
                "total spend",
                "spent",
                "ad spend",
                "adspend",
                "media spend",
                "media cost",
                "cost micros",
                "spend micros",
                "kosten",
                "ausgaben",
                "ausgegebener betrag",
                "coût",
                "coûts",
                "cout",
                "dépense",
                "dépenses",
                "montant dépensé",
                "coste",
                "gasto",
                "importe gastado",
                "costo",
                "costi",
                "spesa",
                "importo speso",
                "custo",
                "valor gasto",
                "valor usado",
                "kostnad",
                "koszt",
                "uitgaven",
                "besteed bedrag",
                "расход",
                "費用",
                "费用",
                "net spend",
                "gross spend",
                "net cost",
                "gross cost",
                "actual spend",
                "inversión",
                "inversion",
                "investimento",
                "utgifter",
                "udgifter",
                "wydatki",
                "harcama",
                "расходы",
                "затраты",
                "खर्च",
                "ख़र्च",
                "비용",
                "广告费",
                "花费",
                "amount",
                "betrag",
                "montant",
                "importe",
                "importo",
            ],
            Self::Impressions => &[
                "impressions",
                "impr.",
                "impr",
                "impression",
                "impressionen",
                "impresiones",
                "impressioni",
                "impressões",
                "vertoningen",
                "weergaven",
                "visningar",
                "visninger",
                "wyświetlenia",
                "показы",
                "表示回数",
                "展示次数",
            ],
            Self::Clicks => &[
                "clicks",
                "link clicks",
                "klicks",
                "link klicks",
                "clics",
                "clic",
                "clics en el enlace",
                "cliques",
                "cliques no link",
                "clic sul link",
                "klikken",
                "klick",
                "klik",
                "kliknięcia",
                "клики",
                "クリック数",
                "点击次数",
            ],
            Self::Conversions => &[
                "conversions",
                "conv.",
                "results",
                "conversionen",
                "konversionen",
                "conversiones",
                "conversioni",
                "conversões",
                "conversies",
                "konwersje",
                "ergebnisse",
                "résultats",
                "resultados",
                "risultati",
                "resultaten",
                "purchases",
                "orders",
                "bestellungen",
                "конверсии",
                "コンバージョン",
                "转化次数",
            ],
            Self::Revenue => &[
                "revenue",
                "conv. value",
                "conversion value",
                "conversions value",
                "conversion values",
                "total conversion value",
                "purchases conversion value",
                "purchase conversion value",
                "purchase value",
                "conv. wert",
                "conversion wert",
                "wert der conversions",
                "umsatz",
                "valeur de conv.",
                "valeur de conversion",
                "chiffre d'affaires",
                "valor de conv.",
                "valor conv.",
                "valor de conversión",
                "ingresos",
                "valore conv.",
                "valore di conversione",
                "ricavi",
                "receita",
                "valor da conversão",
                "conversiewaarde",
                "omzet",
                "sales",
                "turnover",
                "total revenue",
                "доход",
                "выручка",
                "intäkter",
                "omsättning",
                "omsætning",
                "omsetning",
                "przychód",
                "przychody",
                "gelir",
                "ciro",
                "売上",
                "売上高",
                "收入",
                "매출",
                "राजस्व",
                "आय",
                "ca",
                "ingreso",
                "fatturato",
                "ценность конверсии",
                "コンバージョン値",
            ],
        }
    }

    /// How plainly `name` means this; the lower the plainer, `None`: it doesn't. A unit behind the
    /// name of an amount leaves it what it is.
    pub(super) fn rank(self, name: &str) -> Option<usize> {
        let name = plain(name);
        let of = |name: &str| self.words().iter().position(|word| *word == name);
        of(&name).or_else(|| {
            let is_money = matches!(self, Self::Spend | Self::Revenue);
            of(units::without(&name).filter(|_| is_money)?)
        })
    }
}

/// Words for money that say nothing else.
pub(super) const AMOUNTS: [&str; 5] = ["amount", "betrag", "montant", "importe", "importo"];

/// What a column is called without case, underlines, and remarks in brackets at its end.
pub(super) fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase();
    let name = match name.rfind(" (") {
        Some(at) if name.ends_with(')') && at > 0 => &name[..at],
        _ => &name,
    };
    name.replace(['_', '-', '\u{A0}'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "Amount spent (INR)" → the name with `{currency}`, and the code.
pub(super) fn currency_in(name: &str) -> Option<(String, &str)> {
    let (start, code) = name.strip_suffix(')')?.rsplit_once('(')?;
    let is_code = crate::domain::Currency::from_code(code).is_some();
    is_code.then(|| (format!("{start}({{currency}})"), code))
}

/// Whether `name` is that of the first or last day of a report instead of a row's day.
pub(super) fn is_period(name: &str) -> bool {
    matches!(
        plain(name).as_str(),
        "reporting starts"
            | "reporting ends"
            | "date start"
            | "date stop"
            | "end date"
            | "ends"
            | "starts"
            | "beginn der berichterstattung"
            | "ende der berichterstattung"
            | "début du rapport"
            | "fin du rapport"
            | "inicio del informe"
            | "fin del informe"
    )
}
