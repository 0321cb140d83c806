// Attraction fields on a device, as heavysgd.landscape.fields has them: which one holds a point, and a box inside each.
// The generated part defines FIELDS (how many there are) and EDGES (how many along an axis; 0 where only flow knows), and
// the formula hs_gradient_at.

// boxes: low ends, then high ends, (FIELDS, D) each. With edges, numbers: edges (D, EDGES), strides (D). By flow, numbers:
// corner of the grid (D), cells per length (D), slope below which the flow slows down, stride, squares of the distances
// that are near a minimum (FIELDS), minima (FIELDS, D); labels: those of the grid, `across` cells along each axis.
struct Fields {
    const real *boxes, *numbers;
    const short *labels;
    long long across;
};
#define FIELD_TABLES const real *boxes, const real *numbers, const short *labels, long long across
#define FIELD_ARGUMENTS = {boxes, numbers, labels, across}
#define MOST_FLOW 100000 // steps, as _STEPS there

struct Box {
    real low[D], high[D];
    DEVICE_MEMBER Box(long long field, const Fields &fields)
    {
        for (int i = 0; i < D; ++i)
            low[i] = fields.boxes[field * D + i], high[i] = fields.boxes[(FIELDS + field) * D + i];
    }
    DEVICE_MEMBER bool holds(const real *y) const
    {
        bool inside = true;
        for (int i = 0; i < D; ++i)
            inside = inside && y[i] >= low[i] && y[i] < high[i];
        return inside;
    }
};

DEVICE real square_from(const real *y, const real *point)
{
    real square = 0;
    for (int i = 0; i < D; ++i)
        square += (y[i] - point[i]) * (y[i] - point[i]);
    return square;
}

#if EDGES
DEVICE long long label(const real *y, const Fields &fields)
{
    long long number = 0;
    for (int i = 0; i < D; ++i)
        for (int s = 0; s < EDGES; ++s)
            number += (long long)fields.numbers[D * EDGES + i] * (y[i] >= fields.numbers[i * EDGES + s]);
    return number;
}
#else
DEVICE long long known(const real *y, const Fields &fields)
{
    const real *corner = fields.numbers, *per_cell = corner + D, *near = per_cell + D + 2, *minima = near + FIELDS;
    long long place = 0;
    if (fields.across > 1)
        for (int i = 0; i < D; ++i) {
            const long long along = (long long)((y[i] - corner[i]) * per_cell[i]);
            place = place * fields.across + least(most(along, 0LL), fields.across - 1);
        }
    if (fields.labels[place] >= 0)
        return fields.labels[place];
    for (int j = 0; j < FIELDS; ++j)
        if (square_from(y, minima + j * D) < near[j])
            return j;
    return -1;
}

DEVICE void slope_at(const real *y, real (&g)[D])
{
    GRADIENT;
}

// y' = -g / (|g| + slow), by midpoint steps, until the field is known.
DEVICE long long label(const real *x, const Fields &fields)
{
    const real slow = fields.numbers[2 * D], stride = fields.numbers[2 * D + 1];
    real y[D], middle[D], g[D];
    for (int i = 0; i < D; ++i)
        y[i] = x[i];
    for (int step = 0; step < MOST_FLOW; ++step) {
        const long long found = known(y, fields);
        if (found >= 0)
            return found;
        for (int half = 1; half >= 0; --half) {
            if (half)
                slope_at(y, g);
            else
                slope_at(middle, g);
            real square = 0;
            for (int i = 0; i < D; ++i)
                square += g[i] * g[i];
            const real scale = (half ? real(0.5) : real(1)) * stride / (sqrt(square) + slow);
            for (int i = 0; i < D; ++i)
                (half ? middle[i] : y[i]) = y[i] - scale * g[i];
        }
    }
    return -1;
}
#endif
