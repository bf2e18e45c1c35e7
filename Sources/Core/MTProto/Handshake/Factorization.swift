/// Splits the product of two primes that a server asks for as proof of work.
enum Factorization {
    /// The two factors of a composite number, smaller first; nil for a prime and for what takes too long. Brent's
    /// variant of Pollard's method (BIT 20, 1980): some 100,000 steps for 63 bits.
    static func factors(of number: UInt64) -> (UInt64, UInt64)? {
        guard number > 3 else { return nil }
        if number % 2 == 0 { return (2, number / 2) }
        for increment in UInt64(1)...4 {
            guard let factor = search(number, increment) else { continue }
            return (min(factor, number / factor), max(factor, number / factor))
        }
        return nil
    }

    private static func search(_ number: UInt64, _ increment: UInt64) -> UInt64? {
        let batch = 128
        var (y, product, found) = (UInt64(2), UInt64(1), UInt64(1))
        var (x, saved) = (y, y)
        var length = 1
        var steps = 0
        while found == 1 {
            x = y
            for _ in 0..<length { y = step(y, increment, number) }
            var done = 0
            while done < length, found == 1 {
                saved = y
                for _ in 0..<min(batch, length - done) {
                    y = step(y, increment, number)
                    product = multiply(product, x > y ? x - y : y - x, number)
                }
                found = greatestCommonDivisor(product, number)
                done += batch
                steps += batch
                if steps > 1 << 20 { return nil }
            }
            length *= 2
        }
        if found == number {
            // A batch went past the factor: its steps again, one at a time.
            repeat {
                saved = step(saved, increment, number)
                found = greatestCommonDivisor(x > saved ? x - saved : saved - x, number)
            } while found == 1
        }
        return found == number ? nil : found
    }

    private static func step(_ x: UInt64, _ increment: UInt64, _ modulus: UInt64) -> UInt64 {
        let square = multiply(x, x, modulus)
        let (sum, overflow) = square.addingReportingOverflow(increment)
        return overflow ? sum &- modulus : sum % modulus
    }

    private static func multiply(_ a: UInt64, _ b: UInt64, _ modulus: UInt64) -> UInt64 {
        let product = (a % modulus).multipliedFullWidth(by: b % modulus)
        return modulus.dividingFullWidth(product).remainder
    }

    private static func greatestCommonDivisor(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
