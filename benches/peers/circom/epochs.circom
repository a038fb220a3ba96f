pragma circom 2.1.6;

include "numbers.circom";

// How many votes of a word are missed.
template Count() {
    signal input word;
    signal output out;
    component bits = Bits(225);
    bits.in <== word;
    var sum = 0;
    for (var k = 0; k < 225; k++) { sum += bits.out[k]; }
    out <== sum;
}

// The same of targets; where compliant, no run is longer than max, the first counted on from run_in.
//
// left: how many more may be missed. It falls by one at each miss, so it passes -1 if it ever falls below 0: then
// the product of all left + 1 is 0, and has no inverse.
template CountRuns() {
    signal input word;
    signal input run_in;
    signal input compliant;
    signal input max;
    signal output out;
    component bits = Bits(225);
    bits.in <== word;

    signal first <== compliant * (max - run_in);
    component starts = Bits(13);
    starts.in <== first;

    signal left[226];
    signal product[226];
    left[0] <== max - run_in;
    product[0] <== 1;
    var sum = 0;
    for (var k = 0; k < 225; k++) {
        sum += bits.out[k];
        left[k + 1] <== max + bits.out[k] * (left[k] - 1 - max);
        product[k + 1] <== product[k] * (left[k + 1] + 1);
    }
    signal inverse;
    inverse <-- product[225] != 0 ? compliant / product[225] : 0;
    product[225] * inverse === compliant;
    out <== sum;
}
