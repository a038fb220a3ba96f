pragma circom 2.1.6;

include "row.circom";

// A pair with nothing due drops out: weight 0, due 1.
template Weighted(weight) {
    signal input due;
    signal output weight_or_none;
    signal output due_or_one;
    component empty = IsZero();
    empty.in <== due;
    weight_or_none <== weight * (1 - empty.out);
    due_or_one <== due + empty.out;
}

// The duty statement (clauses S1 to S10) of one day and V places, as a peer of Vigil's own circuit.
template Duty(V) {
    signal input ledger_root;
    signal input operator_id;
    signal input validators;
    signal input min_performance_bps;
    signal input min_uptime_bps;
    signal input max_outage_epochs;
    signal input good_bps;
    signal input slashed;
    signal input performance_bps;
    signal input good_stake;
    signal input context;

    signal input secret;
    signal input pool;
    signal input header[6];
    signal input row_enabled[V];
    signal input row_compliant[V];
    signal input row_index[V];
    signal input row_active_epochs[V];
    signal input row_effective_balance[V];
    signal input row_slashed[V];
    signal input row_run_in[V];
    signal input row_proposals[V][2];
    signal input row_sync[V][2];
    signal input row_source[V];
    signal input row_target[V];
    signal input row_head[V];
    signal input row_path[V][10][4];

    // S1, S2.
    component operator = Sponge(1, 2);
    operator.in[0] <== secret;
    operator.in[1] <== pool;
    operator.out === operator_id;
    component ledger = Sponge(6, 6);
    for (var i = 0; i < 6; i++) { ledger.in[i] <== header[i]; }
    ledger.out === ledger_root;

    component rows[V];
    component rises[V];
    var sums[8];
    var counted = 0;
    var counted_slashed = 0;
    for (var i = 0; i < 8; i++) { sums[i] = 0; }
    for (var j = 0; j < V; j++) {
        rows[j] = Row();
        rows[j].secret <== secret;
        rows[j].pool <== pool;
        rows[j].tree_root <== header[0];
        rows[j].min_performance_bps <== min_performance_bps;
        rows[j].min_uptime_bps <== min_uptime_bps;
        rows[j].max_outage_epochs <== max_outage_epochs;
        rows[j].enabled <== row_enabled[j];
        rows[j].compliant <== row_compliant[j];
        rows[j].index <== row_index[j];
        rows[j].active_epochs <== row_active_epochs[j];
        rows[j].effective_balance <== row_effective_balance[j];
        rows[j].slashed <== row_slashed[j];
        rows[j].run_in <== row_run_in[j];
        rows[j].source <== row_source[j];
        rows[j].target <== row_target[j];
        rows[j].head <== row_head[j];
        for (var i = 0; i < 2; i++) {
            rows[j].proposals[i] <== row_proposals[j][i];
            rows[j].sync[i] <== row_sync[j][i];
        }
        for (var level = 0; level < 10; level++) {
            for (var i = 0; i < 4; i++) { rows[j].path[level][i] <== row_path[j][level][i]; }
        }
        // S5.
        if (j > 0) {
            row_enabled[j] * (1 - row_enabled[j - 1]) === 0;
            rises[j] = Bits(40);
            rises[j].in <== row_enabled[j] * (row_index[j] - row_index[j - 1] - 1);
        }
        counted += row_enabled[j];
        counted_slashed += row_slashed[j];
        sums[0] += rows[j].good;
        sums[1] += rows[j].all;
        sums[2] += rows[j].attestations;
        sums[3] += 54 * rows[j].all;
        for (var i = 0; i < 2; i++) {
            sums[4 + i] += rows[j].proposals_sum[i];
            sums[6 + i] += rows[j].sync_sum[i];
        }
    }
    // S8.
    validators === counted;
    slashed === counted_slashed;

    // S9, and ranges of what is public. The sums become signals: what follows uses them often.
    signal totals[8];
    for (var i = 0; i < 8; i++) { totals[i] <== sums[i]; }
    component weighted[3];
    weighted[0] = Weighted(54);
    weighted[1] = Weighted(8);
    weighted[2] = Weighted(2);
    for (var i = 0; i < 3; i++) { weighted[i].due <== totals[3 + 2 * i]; }
    signal others[3];
    others[0] <== weighted[1].due_or_one * weighted[2].due_or_one;
    others[1] <== weighted[0].due_or_one * weighted[2].due_or_one;
    others[2] <== weighted[0].due_or_one * weighted[1].due_or_one;
    signal done[3];
    signal performed[3];
    for (var i = 0; i < 3; i++) {
        done[i] <== weighted[i].weight_or_none * totals[2 + 2 * i];
        performed[i] <== done[i] * others[i];
    }
    signal due <== weighted[0].due_or_one * others[0];
    var weights = weighted[0].weight_or_none + weighted[1].weight_or_none + weighted[2].weight_or_none;
    signal weighted_due <== weights * due;
    signal claimed_due <== performance_bps * weighted_due;
    signal claimed_good <== good_bps * totals[1];
    var values[8] = [
        min_performance_bps, min_uptime_bps, max_outage_epochs, good_bps, performance_bps, good_stake,
        totals[0] - good_stake, 10000 * totals[0] - claimed_good
    ];
    var widths[8] = [14, 14, 13, 14, 14, 48, 48, 64];
    component ranges[8];
    for (var i = 0; i < 8; i++) {
        ranges[i] = Bits(widths[i]);
        ranges[i].in <== values[i];
    }
    component aggregate = Bits(190);
    aggregate.in <== 10000 * (performed[0] + performed[1] + performed[2]) - claimed_due;

    // S10: bound by being an input; a constraint keeps it from being dropped.
    signal bound <== context * context;
}
