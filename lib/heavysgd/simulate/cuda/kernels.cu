// The simulations, one trajectory a thread, the whole loop inside. Comes after the prelude, the generated part, which
// defines D (dimension), STATE (numbers of the state, the observed position first), ROWS and COIN_ROWS (uniforms in a block
// of draws and of coins), STEPS_PER_BLOCK, struct Constants and advance(x, u, half, coins, constants): one step; and after
// fields.cuh.
//
// A launch makes at most `budget` steps a thread and leaves every path's state in memory, so that the next one goes on,
// and so that no launch is long. Draws depend on (seed, path, step) alone: neither launches nor threads change a path.

DEVICE void draw_block(real (&u)[ROWS], wide seed, wide path, long long step)
{
    const wide block = (wide)(step / STEPS_PER_BLOCK) * (ROWS / 2);
    for (int j = 0; j < ROWS / 2; ++j)
        uniform_pair(seed, path, block + j, u[2 * j], u[2 * j + 1]);
}

// The coins of one step, in blocks that draws never reach.
DEVICE void toss(real *coins, wide seed, wide path, long long step)
{
    const wide block = ((wide)1 << 63) + (wide)step * (COIN_ROWS / 2);
    for (int j = 0; j < COIN_ROWS / 2; ++j)
        uniform_pair(seed, path, block + j, coins[2 * j], coins[2 * j + 1]);
}

// States are arrays (STATE, n), positions arrays (D, n).
DEVICE void load(real (&x)[STATE], const real *from, long long p, long long n)
{
    for (int i = 0; i < STATE; ++i)
        x[i] = from[i * n + p];
}

DEVICE void store(const real (&x)[STATE], real *to, long long p, long long n)
{
    for (int i = 0; i < STATE; ++i)
        to[i * n + p] = x[i];
}

// Whether a path has no position any more: NaN in its state. It stops at once, and `lost[p]` says after which step.
DEVICE bool is_lost(const real (&x)[STATE])
{
    bool found = false;
    for (int i = 0; i < STATE; ++i)
        found = found || x[i] != x[i];
    return found;
}

// Where a path runs on. On a line: at[0] < x < at[1], but not at[2] <= x <= at[3]. Beyond: in the box at[0 .. D-1] <= x <
// at[D .. 2D-1], and outside of it while the field is still number at[2D].
const int CONDITIONS = D == 1 ? 4 : 2 * D + 1;

DEVICE bool stays(const real (&y)[STATE], const real (&at)[CONDITIONS], const Fields &fields)
{
    if (D == 1)
        return at[0] < y[0] && y[0] < at[1] && (y[0] < at[2] || y[0] > at[3]);
    bool inside = true;
    for (int i = 0; i < D; ++i)
        inside = inside && y[i] >= at[i] && y[i] < at[D + i];
    return inside || (!is_lost(y) && label(y, fields) == (long long)at[CONDITIONS - 1]);
}

// Paths of the queue until each stops. A thread whose path has stopped takes the next one. `where` is (CONDITIONS, n);
// running[p] is cleared when p has stopped.
KERNEL run_until(const long long *queue, long long waiting, wide *next, long long n, real *x, long long *steps,
                 unsigned char *running, const real *where, FIELD_TABLES, wide seed, wide first_path, long long max_steps,
                 long long budget, const real *described)
{
    const Constants constants(described);
    const Fields fields FIELD_ARGUMENTS;
    real y[STATE], u[ROWS], coins[COIN_ROWS + 1], at[CONDITIONS];
    long long p = -1, step = 0;
    bool inside = true;
    for (long long spent = 0; spent < budget;) {
        if (p < 0) {
            const long long place = (long long)fetch_and_add(next, (wide)1);
            if (place >= waiting)
                return;
            p = queue[place];
            load(y, x, p, n);
            step = steps[p];
            for (int i = 0; i < CONDITIONS; ++i)
                at[i] = where[i * n + p];
        }
        draw_block(u, seed, first_path + p, step);
        for (int half = (int)(step % STEPS_PER_BLOCK); half < STEPS_PER_BLOCK && inside && step < max_steps; ++half) {
            toss(coins, seed, first_path + p, step);
            advance(y, u, half, coins, constants);
            inside = stays(y, at, fields);
            ++step;
            ++spent;
        }
        if (!inside || step >= max_steps || spent >= budget) {
            store(y, x, p, n);
            steps[p] = step;
            running[p] = inside;
            inside = true;
            p = -1;
        }
    }
}

// The one loop of all chains: a path from `step` to `last_step`, looked at after every step by observe(y, step), which says
// whether to go on. Returns the step at which it stopped; a path that has lost its position stops, too.
template <class Observer>
DEVICE long long chain(real (&y)[STATE], long long step, long long last_step, wide seed, wide path,
                       const Constants &constants, Observer &observe)
{
    real u[ROWS], coins[COIN_ROWS + 1];
    const long long first_step = step;
    while (step < last_step) {
        if (step % STEPS_PER_BLOCK == 0 || step == first_step)
            draw_block(u, seed, path, step);
        toss(coins, seed, path, step);
        advance(y, u, (int)(step % STEPS_PER_BLOCK), coins, constants);
        ++step;
        if (is_lost(y) || !observe(y, step))
            break;
    }
    return step;
}

// The cell of the histogram that holds y: joint up to the plane; beyond, that of coordinate i.
DEVICE long long bin_of(const real *y, int i, const real *grid, long long bins)
{
    return least((long long)((y[i] - grid[i]) * grid[D + i]), bins - 1);
}

DEVICE long long cell_of(const real *y, int i, const real *grid, long long bins)
{
    if (D == 1)
        return bin_of(y, 0, grid, bins);
    if (D == 2)
        return bin_of(y, 0, grid, bins) * bins + bin_of(y, D - 1, grid, bins);
    return i * bins + bin_of(y, i, grid, bins);
}

// Every step counted into one histogram (grid: low ends of the coordinates, then bins per length), of a block of threads or
// of all, and by field into visits[field][path], when a path changes fields.
struct Occupation {
    const Fields &fields;
    const real *grid;
    long long bins, n, p, here, since;
    unsigned int *of_block;
    wide *counts, *visits;
    Box box;

    DEVICE_MEMBER bool operator()(const real (&y)[STATE], long long step)
    {
        for (int i = 0; i < (D > 2 ? D : 1); ++i) {
            const long long cell = cell_of(y, i, grid, bins);
            if (of_block)
                fetch_and_add(&of_block[cell], 1u);
            else
                fetch_and_add(&counts[cell], (wide)1);
        }
        if (!box.holds(y)) {
            const long long there = label(y, fields);
            if (there >= 0 && there != here) {
                visits[here * n + p] += (wide)(step - 1 - since);
                here = there, since = step - 1, box = Box(here, fields);
            }
        }
        return true;
    }
};

// The histogram of a block of threads, of `cells` cells, is kept in shared memory where it fits.
KERNEL occupy(long long n, real *x, long long *home, long long *lost, long long first_step, long long budget,
              long long bins, long long cells, int in_shared, wide *counts, wide *visits, const real *grid, FIELD_TABLES,
              wide seed, wide first_path, const real *described)
{
    SHARED(histogram);
    const Constants constants(described);
    const Fields fields FIELD_ARGUMENTS;
    const long long p = THREAD;
    if (in_shared)
        for (long long cell = LANE; cell < cells; cell += LANES)
            histogram[cell] = 0;
    WAIT;
    if (p < n) {
        real y[STATE];
        load(y, x, p, n);
        unsigned int *of_block = in_shared ? histogram : 0;
        Occupation seen = {fields, grid, bins, n, p, home[p], first_step, of_block, counts, visits, Box(home[p], fields)};
        const long long step = chain(y, first_step, first_step + budget, seed, first_path + p, constants, seen);
        if (is_lost(y))
            lost[p] = step;
        store(y, x, p, n);
        home[p] = seen.here;
        visits[seen.here * n + p] += (wide)(step - seen.since);
    }
    WAIT;
    if (in_shared)
        for (long long cell = LANE; cell < cells; cell += LANES)
            fetch_and_add(&counts[cell], (wide)histogram[cell]);
}

// Positions after every `every`-th step, records[step / every - 1 - skipped][p]; one coordinate after the other.
struct Record {
    real *records;
    long long every, skipped, n, p;

    DEVICE_MEMBER bool operator()(const real (&y)[STATE], long long step)
    {
        if (step % every == 0)
            for (int i = 0; i < D; ++i)
                records[((step / every - 1 - skipped) * D + i) * n + p] = y[i];
        return true;
    }
};

KERNEL record(long long n, real *x, long long *lost, long long first_step, long long budget, long long every,
              long long skipped, real *records, wide seed, wide first_path, const real *described)
{
    const Constants constants(described);
    const long long p = THREAD;
    if (p >= n)
        return;
    real y[STATE];
    load(y, x, p, n);
    Record seen = {records, every, skipped, n, p};
    const long long step = chain(y, first_step, first_step + budget, seed, first_path + p, constants, seen);
    if (is_lost(y))
        lost[p] = step;
    store(y, x, p, n);
}

// Hops: arrivals within `distance` of the minimum of a field that is not the path's home. Each is appended to `found` as
// (path, step, basin). A path that finds the list full stops before it takes the hop, and finds it again next time.
struct Arrivals {
    const Fields &fields;
    const real *minima;
    real distance;
    wide *count, capacity;
    long long *found, p, here;
    Box box;

    DEVICE_MEMBER bool operator()(const real (&y)[STATE], long long step)
    {
        if (box.holds(y))
            return true;
        const long long there = label(y, fields);
        if (there >= 0 && there != here && sqrt(square_from(y, minima + there * D)) <= distance) {
            const wide place = fetch_and_add(count, (wide)1);
            if (place >= capacity)
                return false;
            found[3 * place] = p, found[3 * place + 1] = step, found[3 * place + 2] = there;
            here = there, box = Box(here, fields);
        }
        return true;
    }
};

KERNEL hop(long long n, real *x, long long *steps, long long *home, long long *lost, long long last_step,
           long long budget, FIELD_TABLES, const real *minima, real distance, wide *count, wide capacity,
           long long *found, wide seed, wide first_path, const real *described)
{
    const Constants constants(described);
    const Fields fields FIELD_ARGUMENTS;
    const long long p = THREAD;
    if (p >= n)
        return;
    real y[STATE];
    long long step = steps[p];
    load(y, x, p, n);
    Arrivals seen = {fields, minima, distance, count, capacity, found, p, home[p], Box(home[p], fields)};
    if (seen(y, step)) { // else it still waits for room
        step = chain(y, step, least(step + budget, last_step), seed, first_path + p, constants, seen);
        if (is_lost(y))
            lost[p] = step;
    }
    store(y, x, p, n);
    steps[p] = step;
    home[p] = seen.here;
}
