pragma circom 2.1.6;

include "epochs.circom";
include "poseidon2.circom";

// One validator: clauses S3 to S7, and what it adds to the sums.
template Row() {
    signal input secret;
    signal input pool;
    signal input tree_root;
    signal input min_performance_bps;
    signal input min_uptime_bps;
    signal input max_outage_epochs;

    signal input enabled;
    signal input compliant;
    signal input index;
    signal input active_epochs;
    signal input effective_balance;
    signal input slashed;
    signal input run_in;
    signal input proposals[2];
    signal input sync[2];
    signal input source;
    signal input target;
    signal input head;
    signal input path[10][4];

    signal output good;
    signal output all;
    signal output attestations;
    signal output proposals_sum[2];
    signal output sync_sum[2];

    enabled * (enabled - 1) === 0;
    compliant * (compliant - 1) === 0;
    slashed * (slashed - 1) === 0;

    // S6: ranges, and nothing missed that was not due.
    component sources = Count();
    sources.word <== source;
    component targets = CountRuns();
    targets.word <== target;
    targets.run_in <== run_in;
    targets.compliant <== compliant;
    targets.max <== max_outage_epochs;
    component heads = Count();
    heads.word <== head;
    var timely_source = active_epochs - sources.out;
    var timely_target = active_epochs - targets.out;
    var timely_head = active_epochs - heads.out;
    var values[13] = [
        index, active_epochs, effective_balance, run_in, proposals[0], proposals[1], proposals[0] - proposals[1],
        sync[0], sync[1], sync[0] - sync[1], timely_source, timely_target, timely_head
    ];
    var widths[13] = [40, 13, 12, 13, 16, 16, 16, 24, 24, 24, 13, 13, 13];
    component ranges[13];
    for (var i = 0; i < 13; i++) {
        ranges[i] = Bits(widths[i]);
        ranges[i].in <== values[i];
    }

    // S4 and S3.
    component tag = Sponge(2, 3);
    tag.in[0] <== secret;
    tag.in[1] <== index;
    tag.in[2] <== pool;
    var meta = index + active_epochs * (1 << 40) + effective_balance * (1 << 53) + slashed * (1 << 65)
        + run_in * (1 << 66);
    var duties = proposals[0] + proposals[1] * (1 << 16) + sync[0] * (1 << 32) + sync[1] * (1 << 56);
    component leaf = Sponge(5, 6);
    leaf.in[0] <== meta;
    leaf.in[1] <== tag.out;
    leaf.in[2] <== duties;
    leaf.in[3] <== source;
    leaf.in[4] <== target;
    leaf.in[5] <== head;
    component root = Root(10);
    root.leaf <== leaf.out;
    for (var level = 0; level < 10; level++) {
        for (var i = 0; i < 4; i++) { root.path[level][i] <== path[level][i]; }
    }
    enabled * (root.out - tree_root) === 0;

    // A disabled place is empty.
    (1 - enabled) * meta === 0;
    (1 - enabled) * duties === 0;
    (1 - enabled) * compliant === 0;
    (1 - enabled) * (source + target + head) === 0;

    // S7.
    var attested = 14 * (timely_source + timely_head) + 26 * timely_target;
    signal least_performance <== min_performance_bps * active_epochs;
    signal least_uptime <== min_uptime_bps * active_epochs;
    signal performs <== compliant * (10000 * attested - 54 * least_performance);
    signal is_up <== compliant * (10000 * timely_target - least_uptime);
    component performs_range = Bits(34);
    performs_range.in <== performs;
    component is_up_range = Bits(28);
    is_up_range.in <== is_up;
    compliant * slashed === 0;

    all <== effective_balance * active_epochs;
    good <== compliant * all;
    attestations <== effective_balance * attested;
    proposals_sum[0] <== effective_balance * (proposals[0] - proposals[1]);
    proposals_sum[1] <== effective_balance * proposals[0];
    sync_sum[0] <== effective_balance * (sync[0] - sync[1]);
    sync_sum[1] <== effective_balance * sync[0];
}
