// Points of y^2 = x^3 + 3. The order is odd, so no point has y = 0.
#pragma once

#include "field.h"

namespace vigil {

// Infinity is (0, 0), which is not on the curve.
struct Affine {
    Fq x, y;

    BOTH bool is_infinity() const { return x.is_zero() && y.is_zero(); }
    BOTH static Affine infinity() { return {Fq::zero(), Fq::zero()}; }
};

// x = X / ZZ, y = Y / ZZZ with ZZ^3 = ZZZ^2; infinity has ZZ = 0.
struct Point {
    Fq x, y, zz, zzz;

    BOTH static Point infinity() { return {Fq::zero(), Fq::zero(), Fq::zero(), Fq::zero()}; }

    BOTH static Point of(const Affine& a)
    {
        if (a.is_infinity()) return infinity();
        return {a.x, a.y, Fq::one(), Fq::one()};
    }

    BOTH bool is_infinity() const { return zz.is_zero(); }

    // 2 P, "dbl-2008-s-1".
    BOTH Point doubled() const
    {
        if (is_infinity()) return *this;
        Fq u = y + y, v = u.square(), w = u * v, s = x * v, xx = x.square();
        Fq m = xx + xx + xx;
        Fq x3 = m.square() - s - s;
        return {x3, m * (s - x3) - w * y, v * zz, w * zzz};
    }

    // P + A, "madd-2008-s".
    BOTH Point operator+(const Affine& a) const
    {
        if (a.is_infinity()) return *this;
        if (is_infinity()) return of(a);
        Fq p = a.x * zz - x, r = a.y * zzz - y;
        if (p.is_zero()) return r.is_zero() ? doubled() : infinity();
        Fq pp = p.square(), ppp = p * pp, q = x * pp;
        Fq x3 = r.square() - ppp - q - q;
        return {x3, r * (q - x3) - y * ppp, zz * pp, zzz * ppp};
    }

    // P + Q, "add-2008-s".
    BOTH Point operator+(const Point& b) const
    {
        if (b.is_infinity()) return *this;
        if (is_infinity()) return b;
        Fq u = x * b.zz, s = y * b.zzz;
        Fq p = b.x * zz - u, r = b.y * zzz - s;
        if (p.is_zero()) return r.is_zero() ? doubled() : infinity();
        Fq pp = p.square(), ppp = p * pp, q = u * pp;
        Fq x3 = r.square() - ppp - q - q;
        return {x3, r * (q - x3) - s * ppp, zz * b.zz * pp, zzz * b.zzz * ppp};
    }

    BOTH Point times(uint32_t factor) const
    {
        Point product = infinity();
        for (int bit = 31; bit >= 0; bit--) {
            product = product.doubled();
            if (factor >> bit & 1) product = product + *this;
        }
        return product;
    }

    BOTH Affine affine() const
    {
        if (is_infinity()) return Affine::infinity();
        Fq inverse = zzz.inverse(), z = inverse * zz;
        return {x * z.square(), y * inverse};
    }
};

} // namespace vigil
