//! Shapes and texts → the markup of one SVG, in the house style: light colours written out, and a class for
//! each, so that a page with [`STYLE`] shows the same picture in the dark and on paper.

use std::fmt::Write as _;

use super::Plot;

/// The width of every plot in its own units: a phone shows its texts at three quarters of their size.
pub const WIDTH: f64 = 440.0;

/// The margin at the left and the right.
pub const MARGIN: f64 = 4.0;

/// The size of usual text.
pub const TEXT: f64 = 13.0;

/// The size of the title.
const TITLE: f64 = 15.0;

/// How much wider bold text is.
const BOLD: f64 = 1.1;

/// What a shape is painted with. Colours are told apart by people with any kind of colour vision (after
/// Okabe and Ito, "Color Universal Design", 2008), and have a contrast of at least 3 to 1 on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// Text.
    Ink,
    /// Text beside the point, and axes.
    Muted,
    /// Lines to read a value by.
    Grid,
    /// The colour of a series by its position.
    Series(usize),
}

/// The colours of series in the light, in the dark.
const SERIES: [(&str, &str); 8] = [
    ("#0072b2", "#56b4e9"),
    ("#c04f00", "#f59a56"),
    ("#00795c", "#3cc79a"),
    ("#a0487e", "#e39ac4"),
    ("#806000", "#e6c14a"),
    ("#4b5bb0", "#a3aff5"),
    ("#666666", "#b8b8b8"),
    ("#7a4b2a", "#d3a585"),
];

/// How many colours there are.
pub const SERIES_MAX: usize = SERIES.len();

/// The position of the colour that says nothing of its own.
pub const GREY: usize = 6;

impl Paint {
    fn class(self) -> String {
        match self {
            Self::Ink => "ink".to_owned(),
            Self::Muted => "muted".to_owned(),
            Self::Grid => "grid".to_owned(),
            Self::Series(at) => format!("s{}", at % SERIES_MAX + 1),
        }
    }

    const fn light(self) -> &'static str {
        match self {
            Self::Ink => "#1b1f24",
            Self::Muted => "#57606a",
            Self::Grid => "#d0d7de",
            Self::Series(at) => SERIES[at % SERIES_MAX].0,
        }
    }

    const fn dark(self) -> &'static str {
        match self {
            Self::Ink => "#e9edf2",
            Self::Muted => "#a3adb8",
            Self::Grid => "#39424d",
            Self::Series(at) => SERIES[at % SERIES_MAX].1,
        }
    }
}

/// The style of a page that holds plots: the same colours in the light, in the dark, and on paper.
pub fn style() -> String {
    let paints = [Paint::Ink, Paint::Muted, Paint::Grid]
        .into_iter()
        .chain((0..SERIES_MAX).map(Paint::Series))
        .collect::<Vec<_>>();
    let rules = |colour: fn(Paint) -> &'static str| {
        let of = |paint: &Paint| {
            let (class, colour) = (paint.class(), colour(*paint));
            format!("svg.plot .f-{class}{{fill:{colour}}}svg.plot .l-{class}{{stroke:{colour}}}")
        };
        paints.iter().map(of).collect::<String>()
    };
    format!(
        "svg.plot .paper{{fill:none}}@media (prefers-color-scheme:dark){{{}}}@media print{{{}}}",
        rules(Paint::dark),
        rules(Paint::light)
    )
}

/// Where a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At its start.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A picture that grows downwards.
#[derive(Debug, Default)]
pub struct Canvas {
    body: String,
}

impl Canvas {
    /// A line; `dash` is empty for a whole one.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), paint: Paint, width: f64, dash: &str) {
        let dash =
            if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
        let _ = write!(
            self.body,
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"l-{}\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>",
            n(from.0),
            n(from.1),
            n(to.0),
            n(to.1),
            paint.class(),
            paint.light(),
            n(width)
        );
    }

    /// A filled rectangle; a negative width grows to the left.
    pub fn rect(&mut self, at: (f64, f64), size: (f64, f64), paint: Paint, opacity: f64) {
        let (x, width) = if size.0 < 0.0 { (at.0 + size.0, -size.0) } else { (at.0, size.0) };
        let _ = write!(
            self.body,
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"f-{}\" fill=\"{}\"{}/>",
            n(x),
            n(at.1),
            n(width),
            n(size.1),
            paint.class(),
            paint.light(),
            of_opacity(opacity)
        );
    }

    /// A filled circle.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, paint: Paint, opacity: f64) {
        let _ = write!(
            self.body,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" class=\"f-{}\" fill=\"{}\"{}/>",
            n(at.0),
            n(at.1),
            n(radius),
            paint.class(),
            paint.light(),
            of_opacity(opacity)
        );
    }

    /// A line through points.
    pub fn path(&mut self, points: &[(f64, f64)], paint: Paint, width: f64, dash: &str) {
        if points.len() < 2 {
            return;
        }
        let dash =
            if dash.is_empty() { String::new() } else { format!(" stroke-dasharray=\"{dash}\"") };
        let _ = write!(
            self.body,
            "<path d=\"{}\" fill=\"none\" class=\"l-{}\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dash}/>",
            path_of(points),
            paint.class(),
            paint.light(),
            n(width)
        );
    }

    /// A filled area between two lines of points of the same length.
    pub fn area(&mut self, upper: &[(f64, f64)], lower: &[(f64, f64)], paint: Paint, opacity: f64) {
        if upper.len() < 2 {
            return;
        }
        let round: Vec<_> = upper.iter().chain(lower.iter().rev()).copied().collect();
        let _ = write!(
            self.body,
            "<path d=\"{}Z\" class=\"f-{}\" fill=\"{}\"{}/>",
            path_of(&round),
            paint.class(),
            paint.light(),
            of_opacity(opacity)
        );
    }

    /// Text whose base line is at `at`.
    pub fn text(&mut self, at: (f64, f64), anchor: Anchor, paint: Paint, size: f64, text: &str) {
        self.written(at, anchor, paint, size, "", text);
    }

    /// The same in bold.
    pub fn bold(&mut self, at: (f64, f64), anchor: Anchor, paint: Paint, size: f64, text: &str) {
        self.written(at, anchor, paint, size, " font-weight=\"600\"", text);
    }

    fn written(
        &mut self,
        at: (f64, f64),
        anchor: Anchor,
        paint: Paint,
        size: f64,
        more: &str,
        text: &str,
    ) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let _ = write!(
            self.body,
            "<text x=\"{}\" y=\"{}\" class=\"f-{}\" fill=\"{}\" font-size=\"{}\"{anchor}{more}>{}</text>",
            n(at.0),
            n(at.1),
            paint.class(),
            paint.light(),
            n(size),
            escaped(text)
        );
    }

    /// The plot: the title and what is measured above the picture, which is `height` high.
    pub fn finish(
        self,
        name: &str,
        title: &str,
        measured: &str,
        description: &str,
        height: f64,
    ) -> Plot {
        let lines = broken(title, WIDTH - 2.0 * MARGIN, TITLE * BOLD);
        let mut head = Self::default();
        let mut y = 16.0;
        for line in &lines {
            head.bold((MARGIN, y), Anchor::Start, Paint::Ink, TITLE, line);
            y += 19.0;
        }
        for line in broken(measured, WIDTH - 2.0 * MARGIN, 12.0) {
            head.text((MARGIN, y - 2.0), Anchor::Start, Paint::Muted, 12.0, &line);
            y += 16.0;
        }
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" viewBox=\"0 0 {} {}\" role=\"img\" \
             aria-labelledby=\"{name}-t {name}-d\" font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif\">\
             <title id=\"{name}-t\">{}</title><desc id=\"{name}-d\">{}</desc>\
             <rect class=\"paper\" width=\"100%\" height=\"100%\" fill=\"#fff\"/>{}<g transform=\"translate(0 {})\">{}</g></svg>",
            n(WIDTH),
            n(y + height),
            escaped(title),
            escaped(description),
            head.body,
            n(y),
            self.body
        );
        Plot {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            svg,
        }
    }
}

fn of_opacity(opacity: f64) -> String {
    if opacity < 1.0 { format!(" fill-opacity=\"{}\"", n(opacity)) } else { String::new() }
}

fn path_of(points: &[(f64, f64)]) -> String {
    let mut path = String::new();
    for (at, point) in points.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if at == 0 { "M" } else { "L" }, n(point.0), n(point.1));
    }
    path
}

/// A coordinate with two decimals at most; 0 where it is no number.
fn n(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Text of an XML document: markup is escaped, and what XML can't hold is left out.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            control if control.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// How wide `text` is at most at a size, by the widths of a wide font (DejaVu Sans): which font a reader has
/// isn't known, and a text that needs less room than it has is read as well.
pub fn width_of(text: &str, size: f64) -> f64 {
    text.chars().map(share_of_size).sum::<f64>() * size
}

/// The width of a character as a share of the size of its font.
const fn share_of_size(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' => 0.3,
        ' ' | ',' | '.' | ':' | ';' | '!' | 'I' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '+' => 0.98,
        'A'..='Z' => 0.72,
        character if (character as u32) < 0x2e80 => 0.64,
        _ => 1.1,
    }
}

/// The middle of a text of small size at `x`, so far inside that it isn't cut off at the edges; and the text,
/// shortened where even that doesn't help.
pub fn inside(x: f64, text: &str, size: f64) -> (f64, String) {
    let text = shortened(text, WIDTH - 2.0 * MARGIN, size);
    let half = (width_of(&text, size) / 2.0).min(WIDTH / 2.0 - MARGIN);
    (x.clamp(MARGIN + half, WIDTH - MARGIN - half), text)
}

/// `text`, with an ellipsis where it is wider than `width`.
pub fn shortened(text: &str, width: f64, size: f64) -> String {
    if width_of(text, size) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for character in text.chars() {
        short.push(character);
        if width_of(&short, size) > width - size {
            break;
        }
    }
    format!("{}…", short.trim_end())
}

/// `text` in lines of at most `width`, at most three of them.
fn broken(text: &str, width: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width_of(line, size) + width_of(word, size) + size / 2.0 <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(shortened(word, width, size)),
        }
    }
    if lines.len() > LINES_MAX {
        let rest = lines.split_off(LINES_MAX - 1).join(" ");
        lines.push(shortened(&rest, width, size));
    }
    lines
}

/// The most lines of a title.
const LINES_MAX: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        assert_eq!(n(1.0), "1");
        assert_eq!(n(-0.001), "0");
        assert_eq!(n(12.345), "12.35");
        assert_eq!(n(f64::NAN), "0");
        assert_eq!(n(f64::INFINITY), "0");
    }

    #[test]
    fn text_is_escaped_and_holds_nothing_that_xml_can_not() {
        assert_eq!(escaped("<a & 'b'>\u{1}\n\""), "&lt;a &amp; &#39;b&#39;&gt;&quot;");
    }

    #[test]
    fn long_texts_end_in_an_ellipsis() {
        assert_eq!(shortened("Google Ads", 200.0, 13.0), "Google Ads");
        let short = shortened(&"x".repeat(100), 100.0, 13.0);
        assert!(short.ends_with('…') && width_of(&short, 13.0) <= 100.0 + 13.0, "{short}");
    }
}
