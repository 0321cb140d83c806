// The simulations, one trajectory a thread, the whole loop inside. Comes after the prelude, the generated part, which
// defines D (dimension), ROWS (uniforms in a block of draws), STEPS_PER_BLOCK, struct Setting and
// advance(x, u, half, setting): one step; and after fields.cuh.
//
// A launch makes at most `budget` steps a thread and leaves every path's state in memory, so that the next one goes on,
// and so that no launch is long. Draws depend on (seed, path, step) alone: neither launches nor threads change a path.

DEVICE void draw_block(real (&u)[ROWS], wide seed, wide path, long long step)
{
    const wide block = (wide)(step / STEPS_PER_BLOCK) * (ROWS / 2);
    for (int j = 0; j < ROWS / 2; ++j)
        uniform_pair(seed, path, block + j, u[2 * j], u[2 * j + 1]);
}

// Positions are arrays (D, n).
DEVICE void load(real (&x)[D], const real *from, long long p, long long n)
{
    for (int i = 0; i < D; ++i)
        x[i] = from[i * n + p];
}

DEVICE void store(const real (&x)[D], real *to, long long p, long long n)
{
    for (int i = 0; i < D; ++i)
        to[i * n + p] = x[i];
}

// Whether a path has no position any more: NaN in a coordinate. It stops at once, and `lost[p]` says after which step.
DEVICE bool is_lost(const real (&x)[D])
{
    bool found = false;
    for (int i = 0; i < D; ++i)
        found = found || x[i] != x[i];
    return found;
}

// Where a path runs on. On a line: at[0] < x < at[1], but not at[2] <= x <= at[3]. Beyond: in the box at[0 .. D-1] <= x <
// at[D .. 2D-1], and outside of it while the field is still number at[2D].
const int CONDITIONS = D == 1 ? 4 : 2 * D + 1;

DEVICE bool stays(const real (&y)[D], const real (&at)[CONDITIONS], const Fields &fields)
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
    const Setting setting(described);
    const Fields fields FIELD_ARGUMENTS;
    real y[D], u[ROWS], at[CONDITIONS];
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
            advance(y, u, half, setting);
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

// The cell of the histogram that holds y: joint up to the plane; beyond, that of coordinate i.
DEVICE long long bin_of(const real (&y)[D], int i, const real *grid, long long bins)
{
    return least((long long)((y[i] - grid[i]) * grid[D + i]), bins - 1);
}

DEVICE long long cell_of(const real (&y)[D], int i, const real *grid, long long bins)
{
    if (D == 1)
        return bin_of(y, 0, grid, bins);
    if (D == 2)
        return bin_of(y, 0, grid, bins) * bins + bin_of(y, D - 1, grid, bins);
    return i * bins + bin_of(y, i, grid, bins);
}

// Every step counted into one histogram of `cells` cells (grid: low ends of the coordinates, then bins per length), and
// by field into visits[field][path], when a path changes fields. The histogram of a block of threads is kept in shared
// memory where it fits.
KERNEL occupy(long long n, real *x, long long *home, long long *lost, long long first_step, long long budget,
              long long bins, long long cells, int in_shared, wide *counts, wide *visits, const real *grid, FIELD_TABLES,
              wide seed, wide first_path, const real *described)
{
    SHARED(histogram);
    const Setting setting(described);
    const Fields fields FIELD_ARGUMENTS;
    const long long p = THREAD;
    if (in_shared)
        for (long long cell = LANE; cell < cells; cell += LANES)
            histogram[cell] = 0;
    WAIT;
    if (p < n) {
        real y[D], u[ROWS];
        long long here = home[p], since = first_step;
        Box box(here, fields);
        load(y, x, p, n);
        for (long long step = first_step; step < first_step + budget; ++step) {
            if (step % STEPS_PER_BLOCK == 0 || step == first_step)
                draw_block(u, seed, first_path + p, step);
            advance(y, u, (int)(step % STEPS_PER_BLOCK), setting);
            if (is_lost(y)) {
                lost[p] = step + 1;
                break;
            }
            for (int i = 0; i < (D > 2 ? D : 1); ++i) {
                const long long cell = cell_of(y, i, grid, bins);
                if (in_shared)
                    fetch_and_add(&histogram[cell], 1u);
                else
                    fetch_and_add(&counts[cell], (wide)1);
            }
            if (!box.holds(y)) {
                const long long there = label(y, fields);
                if (there >= 0 && there != here) {
                    visits[here * n + p] += (wide)(step - since);
                    here = there, since = step, box = Box(here, fields);
                }
            }
        }
        store(y, x, p, n);
        home[p] = here;
        visits[here * n + p] += (wide)(first_step + budget - since);
    }
    WAIT;
    if (in_shared)
        for (long long cell = LANE; cell < cells; cell += LANES)
            fetch_and_add(&counts[cell], (wide)histogram[cell]);
}

// Positions after every `every`-th step, records[step / every - 1 - skipped][p]; one coordinate after the other.
KERNEL record(long long n, real *x, long long *lost, long long first_step, long long budget, long long every,
              long long skipped, real *records, wide seed, wide first_path, const real *described)
{
    const Setting setting(described);
    const long long p = THREAD;
    if (p >= n)
        return;
    real y[D], u[ROWS];
    load(y, x, p, n);
    for (long long step = first_step; step < first_step + budget; ++step) {
        if (step % STEPS_PER_BLOCK == 0 || step == first_step)
            draw_block(u, seed, first_path + p, step);
        advance(y, u, (int)(step % STEPS_PER_BLOCK), setting);
        if (is_lost(y)) {
            lost[p] = step + 1;
            break;
        }
        if ((step + 1) % every == 0)
            store(y, records + ((step + 1) / every - 1 - skipped) * D * n, p, n);
    }
    store(y, x, p, n);
}

// Hops: arrivals within `distance` of the minimum of a field that is not the path's home. Each is appended to `found` as
// (path, step, basin). A path that finds the list full stops before it takes the hop, and finds it again next time.
KERNEL hop(long long n, real *x, long long *steps, long long *home, long long *lost, long long last_step,
           long long budget, FIELD_TABLES, const real *minima, real distance, wide *count, wide capacity, long long *found, wide seed,
           wide first_path, const real *described)
{
    const Setting setting(described);
    const Fields fields FIELD_ARGUMENTS;
    const long long p = THREAD;
    if (p >= n)
        return;
    real y[D], u[ROWS];
    long long step = steps[p], here = home[p];
    Box box(here, fields);
    const long long first_step = step, end = least(step + budget, last_step);
    load(y, x, p, n);
    while (true) {
        if (!box.holds(y)) {
            const long long there = label(y, fields);
            if (there >= 0 && there != here && sqrt(square_from(y, minima + there * D)) <= distance) {
                const wide place = fetch_and_add(count, (wide)1);
                if (place >= capacity)
                    break;
                found[3 * place] = p, found[3 * place + 1] = step, found[3 * place + 2] = there;
                here = there, box = Box(here, fields);
            }
        }
        if (step >= end)
            break;
        if (step % STEPS_PER_BLOCK == 0 || step == first_step)
            draw_block(u, seed, first_path + p, step);
        advance(y, u, (int)(step % STEPS_PER_BLOCK), setting);
        ++step;
        if (is_lost(y)) {
            lost[p] = step;
            break;
        }
    }
    store(y, x, p, n);
    steps[p] = step;
    home[p] = here;
}
