pragma circom 2.1.6;

// Protocol section 3: Poseidon2, t = 4, 8 external and 56 internal rounds.
// constants.circom comes from the circuits crate: external_constants(4 * round + i), internal_constant(round), diagonal(i).
include "constants.circom";

// Three constraints an S-box; the linear layers are in the expressions. Expressions would grow with each internal
// round, so every 14 rounds three signals take them over.
template Permutation() {
    signal input in[4];
    signal output out[4];
    signal square[88];
    signal fourth[88];
    signal fifth[88];
    signal carried[3][3];
    var box = 0;
    var a[4];
    var s[4];
    var sum;

    for (var i = 0; i < 4; i++) { a[i] = in[i]; }
    for (var round = 0; round < 8; round++) {
        // The external matrix, before the first round and after each.
        if (round == 0) {
            s[0] = 5 * a[0] + 7 * a[1] + a[2] + 3 * a[3];
            s[1] = 4 * a[0] + 6 * a[1] + a[2] + a[3];
            s[2] = a[0] + 3 * a[1] + 5 * a[2] + 7 * a[3];
            s[3] = a[0] + a[1] + 4 * a[2] + 6 * a[3];
        }
        if (round == 4) {
            for (var inner = 0; inner < 56; inner++) {
                s[0] += internal_constant(inner);
                square[box] <== s[0] * s[0];
                fourth[box] <== square[box] * square[box];
                fifth[box] <== fourth[box] * s[0];
                s[0] = fifth[box];
                box++;
                sum = s[0] + s[1] + s[2] + s[3];
                for (var i = 0; i < 4; i++) { s[i] = sum + diagonal(i) * s[i]; }
                if (inner == 13 || inner == 27 || inner == 41) {
                    for (var i = 1; i < 4; i++) {
                        carried[inner \ 14][i - 1] <== s[i];
                        s[i] = carried[inner \ 14][i - 1];
                    }
                }
            }
        }
        for (var i = 0; i < 4; i++) {
            s[i] += external_constants(4 * round + i);
            square[box] <== s[i] * s[i];
            fourth[box] <== square[box] * square[box];
            fifth[box] <== fourth[box] * s[i];
            a[i] = fifth[box];
            box++;
        }
        s[0] = 5 * a[0] + 7 * a[1] + a[2] + 3 * a[3];
        s[1] = 4 * a[0] + 6 * a[1] + a[2] + a[3];
        s[2] = a[0] + 3 * a[1] + 5 * a[2] + 7 * a[3];
        s[3] = a[0] + a[1] + 4 * a[2] + 6 * a[3];
    }
    for (var i = 0; i < 4; i++) { out[i] <== s[i]; }
}

// Of any number of inputs, three a permutation.
template Sponge(domain, n) {
    signal input in[n];
    signal output out;
    var blocks = (n + 2) \ 3;
    component permutation[blocks];
    for (var block = 0; block < blocks; block++) {
        permutation[block] = Permutation();
        for (var i = 0; i < 4; i++) {
            var value = 0;
            if (block > 0) { value = permutation[block - 1].out[i]; }
            if (block == 0 && i == 3) { value = domain + 18446744073709551616 * n; }
            if (i < 3 && 3 * block + i < n) { value += in[3 * block + i]; }
            permutation[block].in[i] <== value;
        }
    }
    out <== permutation[blocks - 1].out[0];
}

// The root above a leaf, which stands among the first children, each node among the next ones.
template Root(depth) {
    signal input leaf;
    signal input path[depth][4];
    signal output out;
    component node[depth];
    signal left[depth];
    signal right[depth];
    for (var level = 0; level < depth; level++) {
        var below = leaf;
        if (level > 0) { below = node[level - 1].out[0] + path[level - 1][0]; }
        left[level] <== (below - path[level][0]) * (below - path[level][1]);
        right[level] <== (below - path[level][2]) * (below - path[level][3]);
        left[level] * right[level] === 0;
        node[level] = Permutation();
        for (var i = 0; i < 4; i++) { node[level].in[i] <== path[level][i]; }
    }
    out <== node[depth - 1].out[0] + path[depth - 1][0];
}
