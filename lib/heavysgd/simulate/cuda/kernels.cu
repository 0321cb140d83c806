// The simulations, one trajectory a thread, the whole loop inside. Comes after the prelude and the generated part, which
// defines D (dimension), ROWS (uniforms in a block of draws), STEPS_PER_BLOCK, MAXIMA, struct Setting and
// advance(x, u, half, setting): one step.
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

// Paths of the queue until each leaves its interval (where[0], where[1]) or enters its hole [where[2], where[3]].
// A thread whose path has stopped takes the next one. `where` is (4, n); running[p] is cleared when p has stopped.
KERNEL run_until(const long long *queue, long long waiting, wide *next, long long n, real *x, long long *steps,
                 unsigned char *running, const real *where, wide seed, wide first_path, long long max_steps,
                 long long budget, const real *described)
{
    const Setting setting(described);
    real y[D], u[ROWS], left = 0, right = 0, hole_left = 0, hole_right = 0;
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
            left = where[p], right = where[n + p], hole_left = where[2 * n + p], hole_right = where[3 * n + p];
        }
        draw_block(u, seed, first_path + p, step);
        for (int half = (int)(step % STEPS_PER_BLOCK); half < STEPS_PER_BLOCK && inside && step < max_steps; ++half) {
            advance(y, u, half, setting);
            inside = left < y[0] && y[0] < right && (y[0] < hole_left || y[0] > hole_right);
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

// Every step counted into one histogram of `bins` bins on [lo, lo + bins / per_bin], and by the maxima it lies beyond.
// The histogram of a block of threads is kept in shared memory where it fits.
KERNEL occupy(long long n, real *x, long long first_step, long long budget, long long bins, int in_shared, wide *counts,
              wide *beyond, const real *maxima, real lo, real per_bin, wide seed, wide first_path, const real *described)
{
    SHARED(histogram);
    const Setting setting(described);
    const long long p = THREAD;
    if (in_shared)
        for (long long bin = LANE; bin < bins; bin += LANES)
            histogram[bin] = 0;
    WAIT;
    if (p < n) {
        real y[D], u[ROWS];
        wide past[MAXIMA + 1] = {};
        load(y, x, p, n);
        for (long long step = first_step; step < first_step + budget; ++step) {
            if (step % STEPS_PER_BLOCK == 0 || step == first_step)
                draw_block(u, seed, first_path + p, step);
            advance(y, u, (int)(step % STEPS_PER_BLOCK), setting);
            const long long bin = least((long long)((y[0] - lo) * per_bin), bins - 1);
            if (in_shared)
                fetch_and_add(&histogram[bin], 1u);
            else
                fetch_and_add(&counts[bin], (wide)1);
            for (int s = 0; s < MAXIMA; ++s)
                past[s] += y[0] >= maxima[s];
        }
        store(y, x, p, n);
        for (int s = 0; s < MAXIMA; ++s)
            beyond[s * n + p] += past[s];
    }
    WAIT;
    if (in_shared)
        for (long long bin = LANE; bin < bins; bin += LANES)
            fetch_and_add(&counts[bin], (wide)histogram[bin]);
}

// Positions after every `every`-th step, records[step / every - 1 - skipped][p]; one coordinate after the other.
KERNEL record(long long n, real *x, long long first_step, long long budget, long long every, long long skipped,
              real *records, wide seed, wide first_path, const real *described)
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
        if ((step + 1) % every == 0)
            store(y, records + ((step + 1) / every - 1 - skipped) * D * n, p, n);
    }
    store(y, x, p, n);
}

// Hops: arrivals within `distance` of the minimum of a field that is not the path's home. Each is appended to `found` as
// (path, step, basin). A path that finds the list full stops before it takes the hop, and finds it again next time.
KERNEL hop(long long n, real *x, long long *steps, long long *home, long long last_step, long long budget,
           const real *edges, const real *minima, real distance, wide *count, wide capacity, long long *found, wide seed,
           wide first_path, const real *described)
{
    const Setting setting(described);
    const long long p = THREAD;
    if (p >= n)
        return;
    real y[D], u[ROWS];
    long long step = steps[p], basin = home[p];
    const long long first_step = step, end = least(step + budget, last_step);
    load(y, x, p, n);
    while (true) {
        if (y[0] < edges[basin] || y[0] >= edges[basin + 1]) {
            long long there = 0;
            while (y[0] >= edges[there + 1])
                ++there;
            if (fabs(y[0] - minima[there]) <= distance) {
                const wide place = fetch_and_add(count, (wide)1);
                if (place >= capacity)
                    break;
                found[3 * place] = p, found[3 * place + 1] = step, found[3 * place + 2] = there;
                basin = there;
            }
        }
        if (step >= end)
            break;
        if (step % STEPS_PER_BLOCK == 0 || step == first_step)
            draw_block(u, seed, first_path + p, step);
        advance(y, u, (int)(step % STEPS_PER_BLOCK), setting);
        ++step;
    }
    store(y, x, p, n);
    steps[p] = step;
    home[p] = basin;
}
