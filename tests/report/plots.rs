//! The plots of a week: which there are, that hostile names stay text, and that they say in words what they
//! show.

use budgetd::decision::Decision;
use budgetd::report::plots::{Plot, is_of_week, week_plots};

use super::{first_week, held, hostile, vetoed};

fn drawn(decision: &Decision) -> Vec<Plot> {
    week_plots(decision, &[])
}

fn named<'a>(plots: &'a [Plot], name: &str) -> &'a Plot {
    plots.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn every_kind_of_week_has_sound_plots() {
    for decision in [vetoed(), held(), first_week(), hostile()] {
        let plots = drawn(&decision);
        assert_eq!(plots[0].name, "budget_before_after");
        for plot in &plots {
            assert!(is_of_week(&plot.name), "{}", plot.name);
            assert!(
                plot.name
                    .bytes()
                    .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
            );
            assert!(plot.svg.len() < 40_000, "{} takes {} bytes", plot.name, plot.svg.len());
            roxmltree::Document::parse(&plot.svg).expect("XML");
            assert!(!plot.title.is_empty() && !plot.description.is_empty());
            assert!(!plot.svg.contains("var(") && !plot.svg.contains("href"));
        }
    }
}

#[test]
fn hostile_names_stay_text_in_plots() {
    for plot in drawn(&hostile()) {
        let document = roxmltree::Document::parse(&plot.svg).expect("XML");
        let known = ["svg", "title", "desc", "rect", "g", "text", "line", "path", "circle"];
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            assert!(known.contains(&node.tag_name().name()), "{}", node.tag_name().name());
        }
    }
}

/// The figures of the budgets' fixture: what is read aloud is what is published.
#[test]
fn the_text_of_a_plot_names_each_budget() {
    let decision = vetoed();
    let plots = drawn(&decision);
    let text = &named(&plots, "budget_before_after").description;
    for channel in &decision.channels {
        let shown = decision.account.currency.show(channel.final_budget);
        assert!(text.contains(&format!("{}: {shown}", channel.channel)), "{text}");
    }
}

#[test]
fn a_stopped_cut_is_a_step_of_its_channels_way() {
    let decision = vetoed();
    let stopped = &decision.vetoes[0].channel;
    let position =
        decision.channels.iter().position(|it| it.channel == *stopped).expect("it is there");
    let plots = drawn(&decision);
    let way = named(&plots, &format!("waterfall_{position}"));
    assert!(way.description.contains("Veto: the cut is stopped"), "{}", way.description);
}
