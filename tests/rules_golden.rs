//! Cases of the arithmetic worked out by hand, step by step, and the golden cases of DESIGN §4.
//! Every expected figure comes from the sum in the comment beside it.

mod rules_support;

use std::collections::{BTreeMap, BTreeSet};

use budgetd::domain::{Account, ChannelName, EvidenceWeights, FirstReference, Money, WeightKind};
use budgetd::history::WeeklyHistory;
use budgetd::rules::{
    self, HoldReason, Ineligible, Proposal, PublishedBudgets, ReferenceOrigin, Step,
};
use rules_support::{
    Row, account, codes, fact, facts, inputs, name, published, rupees, share, shown, week,
    with_rois,
};

fn propose(
    account: &Account,
    history: &WeeklyHistory,
    published: Option<&PublishedBudgets>,
) -> Proposal {
    rules::propose(&inputs(account, history, published))
}

/// Proposal with these ROIs (in thousandths) and these budgets before, exact.
fn proposed(account: &Account, rois: &[i128], budgets: &[(&str, i128)]) -> Vec<String> {
    let published = (!budgets.is_empty()).then(|| published(budgets));
    shown(&propose(account, &with_rois(account, rois), published.as_ref()).allocation)
}

fn pay(
    account: &Account,
    proposal: &Proposal,
    vetoed: &[&str],
    runs: &[(&str, u32)],
) -> rules::Paid {
    let vetoed: BTreeSet<ChannelName> = vetoed.iter().map(|text| name(text)).collect();
    let runs: BTreeMap<ChannelName, u32> =
        runs.iter().map(|(text, weeks)| (name(text), *weeks)).collect();
    rules::pay_vetoes(account, proposal, &vetoed, &runs)
}

mod golden_cases {
    use super::*;

    #[test]
    fn four_channels_share_in_proportion_to_their_roi() {
        let account = account(500_000, &["Affiliate", "Email", "Google Ads", "Meta Ads"]);
        let proposal = propose(&account, &with_rois(&account, &[320, 568, 712, 400]), None);
        assert_eq!(shown(&proposal.allocation), ["80000", "142000", "178000", "100000"]);
        let (rounded, _) = rules::round(&account, &proposal.allocation);
        assert_eq!(shown(&rounded), ["80000", "142000", "178000", "100000"]);
    }

    #[test]
    fn the_cap_holds_back_one_far_ahead() {
        let account = account(500_000, &["a", "b", "c", "d"]);
        assert_eq!(
            proposed(&account, &[10_000, 1_000, 1_000, 1_000], &[]),
            ["200000", "100000", "100000", "100000"]
        );
    }

    #[test]
    fn what_eligible_channels_cannot_take_goes_to_the_others() {
        let account = account(500_000, &["a", "b", "c", "d"]);
        let history = with_rois(&account, &[3_000, 1_000, -200, -500]);
        let proposal = propose(&account, &history, None);
        assert_eq!(shown(&proposal.allocation), ["200000", "200000", "50000", "50000"]);
        assert!(codes(&proposal, "").contains(&"shortfall"));
        assert!(codes(&proposal, "c").contains(&"roi_not_positive"));
        assert!(codes(&proposal, "c").contains(&"rest_equally"));
    }
}

mod evidence {
    use super::*;

    fn two_weeks() -> Vec<Row> {
        vec![
            Row { weeks_back: 1, channel: 0, spend: 100, revenue: 300 },
            Row { weeks_back: 2, channel: 0, spend: 100, revenue: 100 },
        ]
    }

    fn sums(account: &Account, rows: &[Row]) -> (i128, i128) {
        let history = WeeklyHistory::build(account, week(), &facts(rows));
        let found = propose(account, &history, None).evidence[0].clone();
        (found.spend.minor(), found.revenue.minor())
    }

    #[test]
    fn the_newest_week_counts_as_often_as_there_are_weeks_looked_back_on() {
        let mut account = account(1_000, &["a", "b", "c"]);
        assert_eq!(sums(&account, &two_weeks()), (200, 400));
        account.rules.evidence_weights = EvidenceWeights::Linear;
        // 8 × 100 + 7 × 100, and 8 × 300 + 7 × 100
        assert_eq!(sums(&account, &two_weeks()), (1_500, 3_100));
        account.rules.lookback_weeks = 2;
        // 2 × 100 + 1 × 100, and 2 × 300 + 1 × 100
        assert_eq!(sums(&account, &two_weeks()), (300, 700));
    }

    #[test]
    fn weeks_before_the_lookback_do_not_count() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.lookback_weeks = 1;
        assert_eq!(sums(&account, &two_weeks()), (100, 300));
    }

    #[test]
    fn gaps_are_named_and_nothing_is_put_in_their_place() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.lookback_weeks = 2;
        let mut rows = facts(&two_weeks());
        rows.extend(facts(&[Row { weeks_back: 1, channel: 1, spend: 100, revenue: 200 }]));
        let gone: Vec<_> = ["2026-02-17", "2026-02-18", "2026-02-25"]
            .map(|day| day.parse().expect("a day"))
            .into();
        rows.retain(|fact| fact.channel != 0 || !gone.contains(&fact.day));
        let history = WeeklyHistory::build(&account, week(), &rows);
        let proposal = propose(&account, &history, None);
        let sentence = |channel: &str| {
            let line = proposal
                .trace
                .iter()
                .find(|line| line.step == Step::Evidence && line.channel == Some(name(channel)));
            line.expect("each active channel has one").reason.to_string()
        };
        assert_eq!(
            sentence("a"),
            "3 of the 14 days looked at have no data: 2026-02-17 to 2026-02-18, 2026-02-25"
        );
        assert_eq!(
            sentence("b"),
            "7 of the 14 days looked at have no data: 2026-02-16 to 2026-02-22"
        );
        let found = &proposal.evidence[0];
        assert_eq!((found.days_present, found.days), (11, 14));
    }

    #[test]
    fn a_history_shorter_than_the_lookback_is_named() {
        let account = account(1_000, &["a", "b", "c"]);
        let history = WeeklyHistory::build(&account, week(), &facts(&two_weeks()));
        let proposal = propose(&account, &history, None);
        assert!(codes(&proposal, "").contains(&"evidence_short"));
        assert_eq!(proposal.evidence[0].days, 56);
    }

    #[test]
    fn a_day_without_data_of_a_channel_is_no_spend_of_it() {
        let account = account(1_000, &["a", "b", "c"]);
        let history = with_rois(&account, &[500, 500]);
        let proposal = propose(&account, &history, None);
        assert_eq!(proposal.evidence[2].ineligible, Some(Ineligible::NoSpend));
        assert!(codes(&proposal, "c").contains(&"no_spend"));
    }
}

mod weights {
    use super::*;

    #[test]
    fn roas_flattens_what_roi_tells_apart() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("1");
        // ROI 1 : 0.5 : 0.5; ROAS 2 : 1.5 : 1.5
        assert_eq!(proposed(&account, &[1_000, 500, 500], &[]), ["500", "250", "250"]);
        account.rules.weight = WeightKind::Roas;
        assert_eq!(proposed(&account, &[1_000, 500, 500], &[]), ["400", "300", "300"]);
    }

    #[test]
    fn the_response_factor_bears_on_the_weight() {
        let mut account = account(1_000, &["a", "b"]);
        account.rules.spend_cap_share = share("1");
        account.rules.weight = WeightKind::Response;
        account.rules.lookback_weeks = 10;
        // a: 4 weeks of 100 → 250, 4 weeks of 200 → 350. S = 1,200, R = 2,400, ROI 1; factor
        // (100 ÷ 100) ÷ (2,400 ÷ 1,200) = 1/2, kept at 2/3. b: steady, ROI 1, factor 1.
        let rows: Vec<Row> = (1..=8)
            .flat_map(|weeks_back| {
                let (spend, revenue) = if weeks_back > 4 { (100, 250) } else { (200, 350) };
                [
                    Row { weeks_back, channel: 0, spend, revenue },
                    Row { weeks_back, channel: 1, spend: 150, revenue: 300 },
                ]
            })
            .collect();
        let history = WeeklyHistory::build(&account, week(), &facts(&rows));
        let proposal = propose(&account, &history, None);
        assert_eq!(proposal.evidence[0].weight, 666_666_666_666);
        assert_eq!(proposal.evidence[1].weight, 1_000_000_000_000);
        assert!(codes(&proposal, "a").contains(&"response_factor"));
        assert!(codes(&proposal, "b").contains(&"response_unknown"));
        // 2 : 3; the digits cut off behind the twelfth are far less than a millionth of a paisa.
        assert_eq!(shown(&proposal.allocation), ["400", "600"]);
    }
}

mod target {
    use super::*;

    #[test]
    fn a_floor_lifts_what_its_weight_would_not() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("1");
        account.rules.spend_floor_share = share("0.1");
        // 900, 50, 50 → floors of 100 each leave 800.
        assert_eq!(proposed(&account, &[18_000, 1_000, 1_000], &[]), ["800", "100", "100"]);
        // A channel at a loss gets its floor, the others share the rest.
        assert_eq!(proposed(&account, &[2_000, 1_000, -500], &[]), ["600", "300", "100"]);
    }

    #[test]
    fn caps_are_pinned_first_where_they_take_more_than_floors_add() {
        let mut account = account(1_000, &["a", "b", "c", "d"]);
        account.rules.spend_cap_share = share("0.5");
        account.rules.spend_floor_share = share("0.15");
        // λ = 100: 1,000 → 500; 200; 100 → 150; 100 → 150.
        assert_eq!(
            proposed(&account, &[10_000, 2_000, 1_000, 1_000], &[]),
            ["500", "200", "150", "150"]
        );
        // λ = 66.67, where caps take exactly what floors add: 667 → 500; 200; 67 → 150 twice.
        assert_eq!(
            proposed(&account, &[10_000, 3_000, 1_000, 1_000], &[]),
            ["500", "200", "150", "150"]
        );
    }

    #[test]
    fn floors_are_pinned_first_where_they_add_more_than_caps_take() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.55");
        account.rules.spend_floor_share = share("0.2");
        // 600, 300, 100: the cap takes 50, the floor adds 100. λ = 88.9: 533.33, 266.67, 200. Had
        // the cap been pinned at once, a would have 550 and b 250.
        assert_eq!(
            proposed(&account, &[6_000, 3_000, 1_000], &[]),
            ["533.33333333", "266.66666667", "200"]
        );
    }

    #[test]
    fn a_channel_may_have_bounds_of_its_own() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.6");
        account.channels[0].spend_cap_share = Some(share("0.1"));
        account.channels[2].spend_floor_share = Some(share("0.5"));
        // a: 250 → 100; c: at least 500; b: the rest.
        assert_eq!(proposed(&account, &[1_000, 2_000, 1_000], &[]), ["100", "400", "500"]);
    }

    #[test]
    fn the_rest_follows_the_reference_within_the_caps() {
        let account = account(1_000, &["a", "b", "c"]);
        let before = [("a", 600), ("b", 300), ("c", 100)];
        // a takes its cap of 400; 600 by 3 : 1 are 450 and 150, b is capped at 400, c takes 200.
        assert_eq!(proposed(&account, &[1_000, -100, -100], &before), ["400", "400", "200"]);
        // 600 by 2 : 1
        let before = [("a", 700), ("b", 200), ("c", 100)];
        assert_eq!(proposed(&account, &[1_000, -100, -100], &before), ["400", "400", "200"]);
    }

    #[test]
    fn a_channel_without_reference_takes_of_the_rest_only_what_others_cannot() {
        let account = account(1_000, &["a", "b", "c", "d"]);
        // c and d have no reference: b takes its cap, they share the last 200.
        let before = [("a", 900), ("b", 100)];
        assert_eq!(
            proposed(&account, &[1_000, -100, -100, -100], &before),
            ["400", "400", "100", "100"]
        );
        // b and c can hold it together: d gets nothing.
        let before = [("a", 700), ("b", 200), ("c", 100)];
        assert_eq!(
            proposed(&account, &[1_000, -100, -100, -100], &before),
            ["400", "400", "200", "0"]
        );
    }

    #[test]
    fn eligible_channels_whose_weight_is_cut_off_to_zero_share_alike() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.5");
        let most = 10i128.pow(15);
        let rows =
            [0, 1].map(|channel| Row { weeks_back: 1, channel, spend: most, revenue: most + 1 });
        let history = WeeklyHistory::build(&account, week(), &facts(&rows));
        let proposal = propose(&account, &history, None);
        assert_eq!(shown(&proposal.allocation), ["500", "500", "0"]);
    }

    #[test]
    fn divisions_leave_nothing_over() {
        let account = account(1_000, &["a", "b", "c"]);
        // 1,000 rupees are 10¹¹ millionths of a paisa; a third leaves one over, for the first name.
        assert_eq!(
            proposed(&account, &[700, 700, 700], &[]),
            ["333.33333334", "333.33333333", "333.33333333"]
        );
    }
}

mod reference {
    use super::*;

    #[test]
    fn published_budgets_are_scaled_to_the_total() {
        let account = account(1_000, &["a", "b", "c"]);
        let history = with_rois(&account, &[500, 500, 500]);
        let published = published(&[("a", 300), ("b", 100)]);
        let found = rules::reference(&inputs(&account, &history, Some(&published)));
        let found = found.expect("there are published budgets");
        assert_eq!(found.origin, ReferenceOrigin::Published { week: week().back(1), revision: 1 });
        assert_eq!(found.amount(&name("a")), Some(rupees(750).amount()));
        assert_eq!(found.amount(&name("b")), Some(rupees(250).amount()));
        assert_eq!(found.amount(&name("c")), None);
    }

    #[test]
    fn paused_and_removed_channels_leave_their_part_to_the_others() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.8");
        account.channels[2].paused = true;
        let history = with_rois(&account, &[500, 500, 500]);
        let published = published(&[("a", 300), ("b", 100), ("c", 400), ("gone", 200)]);
        let proposal = propose(&account, &history, Some(&published));
        let found = proposal.reference.as_ref().expect("there are published budgets");
        assert_eq!(found.amounts.len(), 2);
        assert_eq!(found.amount(&name("a")), Some(rupees(750).amount()));
        assert!(codes(&proposal, "c").contains(&"reference_left_out"));
        assert!(codes(&proposal, "gone").contains(&"reference_left_out"));
    }

    #[test]
    fn before_the_first_decision_it_is_the_spend_of_the_last_full_week() {
        let mut account = account(1_000, &["a", "b", "c"]);
        let rows = [
            Row { weeks_back: 1, channel: 0, spend: 300, revenue: 900 },
            Row { weeks_back: 1, channel: 1, spend: 100, revenue: 900 },
            Row { weeks_back: 2, channel: 2, spend: 9_999, revenue: 900 },
        ];
        let history = WeeklyHistory::build(&account, week(), &facts(&rows));
        assert_eq!(rules::reference(&inputs(&account, &history, None)), None);
        account.rules.first_reference = FirstReference::Spend;
        let found = rules::reference(&inputs(&account, &history, None)).expect("there is spend");
        assert_eq!(found.origin, ReferenceOrigin::Spend { week: week().back(1) });
        assert_eq!(found.amount(&name("a")), Some(rupees(750).amount()));
        assert_eq!(found.amount(&name("b")), Some(rupees(250).amount()));
        assert_eq!(found.amount(&name("c")), None);
    }

    #[test]
    fn budgets_of_channels_that_all_went_are_of_no_use() {
        let mut account = account(1_000, &["a", "b", "c"]);
        let history = with_rois(&account, &[500, 500, 500]);
        let published = published(&[("a", 0), ("gone", 1_000)]);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(proposal.reference, None);
        assert!(codes(&proposal, "").contains(&"published_unusable"));
        // Then the account starts like one before its first decision.
        account.rules.first_reference = FirstReference::Spend;
        let proposal = propose(&account, &history, Some(&published));
        let found = proposal.reference.expect("there is spend");
        assert_eq!(found.origin, ReferenceOrigin::Spend { week: week().back(1) });
    }

    #[test]
    fn nothing_spent_and_nothing_published_is_no_reference() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.first_reference = FirstReference::Spend;
        let empty = WeeklyHistory::build(&account, week(), &[]);
        assert_eq!(rules::reference(&inputs(&account, &empty, None)), None);
        let rows = facts(&[Row { weeks_back: 1, channel: 0, spend: 0, revenue: 100 }]);
        let unspent = WeeklyHistory::build(&account, week(), &rows);
        assert_eq!(rules::reference(&inputs(&account, &unspent, None)), None);
    }
}

mod pace {
    use super::*;

    fn paced() -> Account {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.6");
        account.rules.adjust_share = share("0.5");
        account.rules.change_share_max = Some(share("0.3"));
        account
    }

    #[test]
    fn a_budget_moves_part_of_the_way_to_its_target() {
        let mut account = paced();
        account.rules.change_share_max = None;
        // Reference 500, 300, 200; target 200, 300, 500; half of the way.
        let before = [("a", 500), ("b", 300), ("c", 200)];
        assert_eq!(proposed(&account, &[200, 300, 500], &before), ["350", "300", "350"]);
        account.rules.adjust_share = share("0");
        assert_eq!(proposed(&account, &[200, 300, 500], &before), ["500", "300", "200"]);
    }

    #[test]
    fn the_step_limit_bounds_the_change_of_each_channel() {
        let account = paced();
        let before = [("a", 500), ("b", 300), ("c", 200)];
        // Moved 350, 300, 350; c may have 260 at most; 740 by 350 : 300 are 398.461538… and
        // 341.538461…, and what is left over goes to the larger remainder.
        let history = with_rois(&account, &[200, 300, 500]);
        let published = published(&before);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(shown(&proposal.allocation), ["398.46153846", "341.53846154", "260"]);
        assert!(codes(&proposal, "c").contains(&"step_limit"));
        assert!(codes(&proposal, "a").contains(&"balanced"));
    }

    #[test]
    fn the_step_limit_yields_to_floor_and_cap() {
        let mut account = paced();
        account.rules.spend_floor_share = share("0.1");
        account.rules.change_share_max = Some(share("0.6"));
        // a: at least 800 × 0.4 = 320, at most its cap of 600. b: at most 16, but its floor is
        // 100. c: 190 ± 114, at most 304. Target 250, 250, 500; moved 525, 130, 345, so c is held
        // at 304, b at 100, and a takes the 596 that are left.
        let before = [("a", 800), ("b", 10), ("c", 190)];
        let history = with_rois(&account, &[500, 500, 1_000]);
        let published = published(&before);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(shown(&proposal.allocation), ["596", "100", "304"]);
        assert!(codes(&proposal, "b").contains(&"step_limit_yields"));
    }

    #[test]
    fn all_step_limits_are_dropped_where_the_total_cannot_be_placed() {
        let mut account = account(1_000, &["a", "b"]);
        account.rules.spend_cap_share = share("0.6");
        account.rules.adjust_share = share("0.5");
        account.rules.change_share_max = Some(share("0.3"));
        // a is capped at 600, b may have 130: 730 can't hold 1,000. Target 500, 500; moved 700,
        // 300; a is capped.
        let before = [("a", 900), ("b", 100)];
        let history = with_rois(&account, &[500, 500]);
        let published = published(&before);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(shown(&proposal.allocation), ["600", "400"]);
        assert!(codes(&proposal, "").contains(&"step_limits_dropped"));
        assert!(!codes(&proposal, "b").contains(&"step_limit"));
    }

    #[test]
    fn step_limits_that_hold_the_total_exactly_are_kept() {
        let mut account = paced();
        account.rules.spend_cap_share = share("0.8");
        account.channels[2].spend_floor_share = Some(share("0.3"));
        // References of 2/3 and 1/3 may fall to 466.67 and 233.33, which leaves c its floor.
        let history = with_rois(&account, &[500, 400, 300]);
        let published = published(&[("a", 2), ("b", 1)]);
        let proposal = propose(&account, &history, Some(&published));
        let paise = ["a", "b", "c"].map(|text| proposal.allocation.amount(&name(text)).nearest());
        assert_eq!(paise.map(Money::minor), [46_667, 23_333, 30_000]);
        assert!(!codes(&proposal, "").contains(&"step_limits_dropped"));
    }

    #[test]
    fn a_channel_that_nothing_moves_towards_takes_its_floor_only() {
        let mut account = paced();
        account.rules.spend_cap_share = share("1");
        // c has no reference and no target.
        let before = [("a", 500), ("b", 500)];
        assert_eq!(proposed(&account, &[700, 300, -100], &before), ["600", "400", "0"]);
        account.rules.spend_floor_share = share("0.1");
        // Floors 100: target of a and b 630 and 270, moved 565, 385, 50. c is lifted to 100; a
        // and b share 900: 565 ÷ 950 × 900 = 535.26315789…, 364.73684210….
        assert_eq!(
            proposed(&account, &[700, 300, -100], &before),
            ["535.26315789", "364.73684211", "100"]
        );
    }

    #[test]
    fn the_step_limit_protects_a_channel_whose_target_is_nothing() {
        let mut account = paced();
        account.rules.spend_cap_share = share("1");
        account.rules.adjust_share = share("1");
        // b's target and moved amount are 0, its step limit leaves it 280.
        let before = [("a", 600), ("b", 400)];
        assert_eq!(proposed(&account, &[700, -100, -100], &before), ["720", "280", "0"]);
    }

    #[test]
    fn references_that_caps_no_longer_hold_make_room_for_a_channel_without_one() {
        let mut account = paced();
        account.rules.spend_cap_share = share("0.4");
        account.rules.adjust_share = share("0");
        account.rules.change_share_max = None;
        // Nothing moves, but 500 + 500 are over the caps of 400: c takes the 200.
        let before = [("a", 500), ("b", 500)];
        assert_eq!(proposed(&account, &[500, 500, 500], &before), ["400", "400", "200"]);
    }
}

mod quiet_week {
    use super::*;

    fn quiet() -> Account {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.6");
        account.rules.quiet_share = share("0.01");
        account
    }

    #[test]
    fn moves_of_less_than_the_quiet_share_are_not_made() {
        let account = quiet();
        let before = [("a", 500), ("b", 300), ("c", 200)];
        // 509.9, 300, 190.1: 9.9 would move.
        assert_eq!(proposed(&account, &[50_990, 30_000, 19_010], &before), ["500", "300", "200"]);
        // 510, 300, 190: 10 move, which is not less than 1 %.
        assert_eq!(proposed(&account, &[51_000, 30_000, 19_000], &before), ["510", "300", "190"]);
    }

    #[test]
    fn at_zero_there_is_no_quiet_week() {
        let mut account = quiet();
        account.rules.quiet_share = share("0");
        let before = [("a", 500), ("b", 300), ("c", 200)];
        assert_eq!(
            proposed(&account, &[50_990, 30_000, 19_010], &before),
            ["509.9", "300", "190.1"]
        );
    }

    #[test]
    fn a_reference_above_its_cap_ends_the_quiet() {
        let mut account = quiet();
        account.rules.spend_cap_share = share("0.5");
        let before = [("a", 505), ("b", 300), ("c", 195)];
        // Target 500, 300, 200: only 5 move, but a is 5 above its cap.
        let history = with_rois(&account, &[5_000, 3_000, 2_000]);
        let published = published(&before);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(shown(&proposal.allocation), ["500", "300", "200"]);
        assert!(codes(&proposal, "a").contains(&"quiet_broken_by_cap"));
    }

    #[test]
    fn a_reference_below_its_floor_ends_the_quiet() {
        let mut account = quiet();
        account.channels[2].spend_floor_share = Some(share("0.005"));
        let before = [("a", 500), ("b", 500)];
        // c is new and at a loss: its floor of 5 is all that moves.
        assert_eq!(proposed(&account, &[500, 500, -100], &before), ["497.5", "497.5", "5"]);
        // A floor of less than a rounding unit does not end it.
        account.channels[2].spend_floor_share = Some(share("0.0009"));
        assert_eq!(proposed(&account, &[500, 500, -100], &before), ["500", "500", "0"]);
    }

    #[test]
    fn cutting_an_ineligible_channel_ends_the_quiet() {
        let mut account = quiet();
        let before = [("a", 499), ("b", 499), ("c", 2)];
        // 2 of 1,000 are more than a thousandth.
        assert_eq!(proposed(&account, &[500, 500, -100], &before), ["500", "500", "0"]);
        // 1 of 1,000 is not.
        account.total_budget_weekly = rupees(2_000);
        let before = [("a", 999), ("b", 999), ("c", 2)];
        assert_eq!(proposed(&account, &[500, 500, -100], &before), ["999", "999", "2"]);
    }
}

mod hold {
    use super::*;

    fn held(account: &Account, budgets: &[(&str, i128)]) -> Vec<String> {
        let published = (!budgets.is_empty()).then(|| published(budgets));
        let history = with_rois(account, &[700, 200, 100, 50][..account.channels.len().min(4)]);
        let reason = HoldReason::MissingEvidence { week: week().back(1), missing: Vec::new() };
        let inputs = inputs(account, &history, published.as_ref());
        let proposal = rules::hold(&inputs, reason.clone());
        assert_eq!(proposal.held, Some(reason));
        assert_eq!(rules::cuts(account, &proposal), []);
        shown(&proposal.allocation)
    }

    #[test]
    fn it_is_the_reference_clamped_to_the_caps() {
        let mut account = account(1_000, &["a", "b", "c"]);
        // 100 over the cap of 400, by 3 : 2
        let before = [("a", 500), ("b", 300), ("c", 200)];
        assert_eq!(held(&account, &before), ["400", "360", "240"]);
        account.rules.spend_cap_share = share("0.5");
        assert_eq!(held(&account, &before), ["500", "300", "200"]);
    }

    #[test]
    fn floors_pace_and_quiet_weeks_do_not_apply() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("1");
        account.rules.spend_floor_share = share("0.1");
        account.rules.change_share_max = Some(share("0.01"));
        account.rules.quiet_share = share("0.5");
        assert_eq!(held(&account, &[("a", 990), ("b", 10)]), ["990", "10", "0"]);
    }

    #[test]
    fn without_a_reference_it_is_an_equal_split_within_the_caps() {
        let mut account = account(1_000, &["a", "b", "c", "d"]);
        assert_eq!(held(&account, &[]), ["250", "250", "250", "250"]);
        account.channels[0].spend_cap_share = Some(share("0.1"));
        assert_eq!(held(&account, &[]), ["100", "300", "300", "300"]);
    }

    #[test]
    fn what_caps_hold_back_goes_to_channels_without_reference_last() {
        let account = account(1_000, &["a", "b", "c"]);
        assert_eq!(held(&account, &[("a", 1_000)]), ["400", "300", "300"]);
    }

    #[test]
    fn no_eligible_channel_is_a_hold() {
        let account = account(1_000, &["a", "b", "c"]);
        let history = with_rois(&account, &[0, -100, -200]);
        let published = published(&[("a", 300), ("b", 300), ("c", 400)]);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(proposal.held, Some(HoldReason::NoEligibleChannel));
        assert_eq!(shown(&proposal.allocation), ["300", "300", "400"]);
        assert_eq!(codes(&proposal, "a").last(), Some(&"held_reference"));
    }
}

mod vetoes {
    use super::*;

    /// Reference 400, 200, 200, 200; proposal 200, 100, 300, 400.
    fn cut() -> (Account, Proposal) {
        let mut account = account(1_000, &["a", "b", "c", "d"]);
        account.rules.spend_cap_share = share("0.5");
        let history = with_rois(&account, &[2_000, 1_000, 3_000, 4_000]);
        let published = published(&[("a", 400), ("b", 200), ("c", 200), ("d", 200)]);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(shown(&proposal.allocation), ["200", "100", "300", "400"]);
        (account, proposal)
    }

    #[test]
    fn cuts_are_the_channels_below_their_reference() {
        let (account, proposal) = cut();
        assert_eq!(rules::cuts(&account, &proposal), [name("a"), name("b")]);
    }

    #[test]
    fn a_cut_of_less_than_a_rounding_unit_is_none() {
        let (mut account, proposal) = cut();
        account.rounding_unit = rupees(101);
        assert_eq!(rules::cuts(&account, &proposal), [name("a")]);
        account.rounding_unit = rupees(100);
        assert_eq!(rules::cuts(&account, &proposal), [name("a"), name("b")]);
    }

    #[test]
    fn a_veto_is_paid_by_the_increases_alone() {
        let (account, proposal) = cut();
        // a back to 400 costs 200 of the 300 by which c and d grow, so a third of each is left:
        // 200 + 33.33, 200 + 66.67.
        let paid = pay(&account, &proposal, &["a"], &[]);
        assert_eq!(shown(&paid.allocation), ["400", "100", "233.33333333", "266.66666667"]);
        assert_eq!(paid.overruled, []);
        // Both: nothing of the increases is left.
        let paid = pay(&account, &proposal, &["a", "b"], &[]);
        assert_eq!(shown(&paid.allocation), ["400", "200", "200", "200"]);
    }

    #[test]
    fn the_rules_win_after_too_many_vetoes_in_a_row() {
        let (account, proposal) = cut();
        assert_eq!(account.blocker.consecutive_vetoes_max, 4);
        let paid = pay(&account, &proposal, &["a", "b"], &[("a", 4), ("b", 3)]);
        assert_eq!(paid.overruled, [name("a")]);
        // b back to 200 costs 100 of 300: 200 + 66.67, 200 + 133.33.
        assert_eq!(shown(&paid.allocation), ["200", "200", "266.66666667", "333.33333333"]);
        let codes: Vec<_> = paid.trace.iter().map(|line| line.reason.code()).collect();
        assert_eq!(
            codes,
            ["veto_overruled", "veto_kept", "funding_total", "funds_veto", "funds_veto"]
        );
    }

    #[test]
    fn a_vetoed_channel_never_gets_more_than_its_cap() {
        let mut account = account(1_000, &["a", "b", "c"]);
        // Reference 500 is above the cap of 400. Target 200, 400, 400.
        let history = with_rois(&account, &[1_000, 2_000, 2_000]);
        let published = published(&[("a", 500), ("b", 250), ("c", 250)]);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(shown(&proposal.allocation), ["200", "400", "400"]);
        let paid = pay(&account, &proposal, &["a"], &[]);
        assert_eq!(shown(&paid.allocation), ["400", "300", "300"]);
        assert_eq!(paid.trace[0].reason.code(), "veto_kept_at_cap");
        account.blocker.consecutive_vetoes_max = 0;
        let paid = pay(&account, &proposal, &["a"], &[]);
        assert_eq!(paid.overruled, [name("a")]);
    }

    #[test]
    fn a_veto_of_what_is_no_cut_stops_nothing() {
        let (account, proposal) = cut();
        let paid = pay(&account, &proposal, &["c", "unknown"], &[]);
        assert_eq!(paid.allocation, proposal.allocation);
        assert_eq!(paid.overruled, []);
        let codes: Vec<_> = paid.trace.iter().map(|line| line.reason.code()).collect();
        assert_eq!(codes, ["veto_without_cut", "veto_without_cut"]);
    }
}

mod rounding {
    use super::*;

    #[test]
    fn ties_go_to_the_earlier_name() {
        let account = account(1_000, &["b", "a", "c"]);
        let proposal = propose(&account, &with_rois(&account, &[700, 700, 700]), None);
        let (rounded, lines) = rules::round(&account, &proposal.allocation);
        assert_eq!(shown(&rounded), ["334", "333", "333"]);
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn the_largest_remainder_comes_first() {
        let account = account(100, &["a", "b", "c", "d"]);
        // 100 by 1 : 2 : 3 : 3 is 11.11, 22.22, 33.33, 33.33: one left, for c, by name.
        let proposal = propose(&account, &with_rois(&account, &[1_000, 2_000, 3_000, 3_000]), None);
        let (rounded, _) = rules::round(&account, &proposal.allocation);
        assert_eq!(shown(&rounded), ["11", "22", "34", "33"]);
    }

    #[test]
    fn no_cap_is_exceeded_by_rounding() {
        let mut account = account(100, &["a", "b", "c", "d"]);
        account.rounding_unit = rupees(10);
        account.rules.spend_cap_share = share("0.35");
        // 35, 35, 20, 10: a and b may have 30 each, c has the earlier name.
        let proposal = propose(&account, &with_rois(&account, &[9_000, 9_000, 2_000, 1_000]), None);
        assert_eq!(shown(&proposal.allocation), ["35", "35", "20", "10"]);
        let (rounded, lines) = rules::round(&account, &proposal.allocation);
        assert_eq!(shown(&rounded), ["30", "30", "30", "10"]);
        assert_eq!(lines[0].reason.code(), "rounded_below_cap");
        assert_eq!(lines[3].reason.code(), "already_whole");
    }

    #[test]
    fn a_unit_may_be_smaller_than_a_rupee() {
        let mut account = account(1, &["a", "b", "c"]);
        account.rounding_unit = Money::from_minor(1);
        let proposal = propose(&account, &with_rois(&account, &[700, 700, 700]), None);
        let (rounded, _) = rules::round(&account, &proposal.allocation);
        assert_eq!(shown(&rounded), ["0.34", "0.33", "0.33"]);
    }
}

mod paused {
    use super::*;

    #[test]
    fn a_paused_channel_gets_nothing_anywhere() {
        let mut account = account(1_000, &["a", "b", "c", "d"]);
        account.channels[3].paused = true;
        account.rules.spend_floor_share = share("0.1");
        let history = with_rois(&account, &[500, 500, 500, 9_000]);
        let published = published(&[("a", 200), ("b", 200), ("c", 200), ("d", 400)]);
        let proposal = propose(&account, &history, Some(&published));
        assert_eq!(proposal.allocation.amount(&name("d")).millionths(), 0);
        assert_eq!(proposal.evidence[3].ineligible, Some(Ineligible::Paused));
        assert_eq!(rules::cuts(&account, &proposal), []);
        let held = rules::hold(
            &inputs(&account, &history, Some(&published)),
            HoldReason::NoEligibleChannel,
        );
        assert_eq!(shown(&held.allocation), ["333.33333334", "333.33333333", "333.33333333", "0"]);
        let (rounded, lines) = rules::round(&account, &proposal.allocation);
        assert_eq!(shown(&rounded), ["334", "333", "333", "0"]);
        assert_eq!(lines.len(), 3);
    }
}

mod trace {
    use super::*;

    /// Each line of a channel begins where its line before ended, from the paced amount on.
    #[test]
    fn a_manager_can_follow_a_channel_from_its_roi_to_its_budget() {
        let mut account = account(1_000, &["a", "b", "c"]);
        account.rules.spend_cap_share = share("0.6");
        account.rules.adjust_share = share("0.5");
        account.rules.change_share_max = Some(share("0.3"));
        account.rules.quiet_share = share("0.01");
        let history = with_rois(&account, &[200, 300, 500]);
        let published = published(&[("a", 500), ("b", 300), ("c", 200)]);
        let proposal = propose(&account, &history, Some(&published));
        let paid = pay(&account, &proposal, &["a"], &[]);
        let (rounded, rounding) = rules::round(&account, &paid.allocation);
        let mut trace = proposal.trace.clone();
        trace.extend(paid.trace);
        trace.extend(rounding);
        assert!(trace.is_sorted_by_key(|line| line.step));
        for channel in ["a", "b", "c"].map(name) {
            let lines: Vec<_> =
                trace.iter().filter(|line| line.channel.as_ref() == Some(&channel)).collect();
            for step in [
                Step::Reference,
                Step::Evidence,
                Step::Eligible,
                Step::Weight,
                Step::Bounds,
                Step::Target,
                Step::Pace,
                Step::Rounding,
            ] {
                assert!(lines.iter().any(|line| line.step == step), "{channel} {step:?}");
            }
            let amounts: Vec<_> = lines.iter().filter(|line| line.step >= Step::Pace).collect();
            for pair in amounts.windows(2) {
                assert_eq!(pair[0].after, pair[1].before, "{channel}: {pair:?}");
            }
            let last = amounts.last().expect("the rounding");
            assert_eq!(last.after, Some(rounded.amount(&channel)));
        }
        let a: Vec<_> = trace
            .iter()
            .filter(|line| line.channel == Some(name("a")))
            .map(|line| line.reason.code())
            .collect();
        assert_eq!(
            a,
            [
                "reference",
                "evidence_complete",
                "eligible",
                "weight",
                "bounds",
                "by_weight",
                "moved",
                "balanced",
                "veto_kept",
                "already_whole"
            ]
        );
    }

    #[test]
    fn sentences_begin_small_and_end_without_a_stop() {
        let mut account = account(1_000, &["a", "b", "c", "d"]);
        account.channels[3].paused = true;
        account.rules.quiet_share = share("0.01");
        account.rules.change_share_max = Some(share("0.3"));
        let history = with_rois(&account, &[200, -300, 500]);
        let rows = [fact("2026-02-24".parse().expect("a day"), 2, 100, 0)];
        let sparse = WeeklyHistory::build(&account, week(), &rows);
        let published = published(&[("a", 500), ("b", 300)]);
        let mut lines = propose(&account, &history, Some(&published)).trace;
        lines.extend(propose(&account, &sparse, None).trace);
        for line in lines {
            let sentence = line.reason.to_string();
            assert!(!sentence.ends_with('.') && !sentence.contains('\u{2014}'), "{sentence}");
            assert!(
                sentence.chars().next().is_some_and(|first| !first.is_uppercase()),
                "{sentence}"
            );
            let code = line.reason.code();
            assert!(code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
        }
    }
}
