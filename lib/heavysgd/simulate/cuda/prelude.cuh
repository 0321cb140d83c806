// What the generated formulas need: number types, bit casts, Philox. Comes before them; `real` is defined already.
// A device compiler reads it as CUDA; a host compiler, given HOST, as plain C++ with one thread running at a time.
#ifdef HOST
#include <math.h>
#include <string.h>
#define DEVICE static inline
#define DEVICE_MEMBER inline
#define KERNEL extern "C" void
static long long THREAD = 0;
extern "C" void set_thread(long long thread) { THREAD = thread; }
template <class T> static T fetch_and_add(T *at, T more) { const T before = *at; *at += more; return before; }
template <class To, class From> static To same_bits(From x) { To y; memcpy(&y, &x, sizeof y); return y; }
#define SHARED(name) static unsigned int name[1 << 16]
#define LANE 0
#define LANES 1
#define WAIT
static long long as_int64(double x) { return same_bits<long long>(x); }
static double as_float64(long long x) { return same_bits<double>(x); }
static int as_int32(float x) { return same_bits<int>(x); }
static float as_float32(int x) { return same_bits<float>(x); }
#else
#define DEVICE __device__ __forceinline__
#define DEVICE_MEMBER __device__ __forceinline__
#define KERNEL extern "C" __global__ void
#define THREAD ((long long)blockIdx.x * blockDim.x + threadIdx.x)
template <class T> DEVICE T fetch_and_add(T *at, T more) { return atomicAdd(at, more); }
#define SHARED(name) extern __shared__ unsigned int name[]
#define LANE threadIdx.x
#define LANES blockDim.x
#define WAIT __syncthreads()
DEVICE long long as_int64(double x) { return __double_as_longlong(x); }
DEVICE double as_float64(long long x) { return __longlong_as_double(x); }
DEVICE int as_int32(float x) { return __float_as_int(x); }
DEVICE float as_float32(int x) { return __int_as_float(x); }
#endif

typedef unsigned int word;
typedef unsigned long long wide;

template <int n> struct Reals { real at[n]; };
struct Coefficients { real p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15; };

template <class A, class B> DEVICE A least(A a, B b) { return b < a ? b : a; }
template <class A, class B> DEVICE A most(A a, B b) { return b > a ? b : a; }

// Philox4x32-10 with counter (block, path) and key seed: two uniforms of 53 bits in (0, 1], as heavysgd.philox has them.
DEVICE void uniform_pair(wide seed, wide path, wide block, real &u, real &v)
{
    word c0 = (word)block, c1 = (word)(block >> 32), c2 = (word)path, c3 = (word)(path >> 32);
    word k0 = (word)seed, k1 = (word)(seed >> 32);
    for (int round = 0; round < 10; ++round) {
        const wide p0 = (wide)0xD2511F53u * c0, p1 = (wide)0xCD9E8D57u * c2;
        c0 = (word)(p1 >> 32) ^ c1 ^ k0;
        c2 = (word)(p0 >> 32) ^ c3 ^ k1;
        c1 = (word)p1;
        c3 = (word)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    const real unit = real(1.0 / 9007199254740992.0);
    u = real(((((wide)c0 << 32) | c1) >> 11) + 1) * unit;
    v = real(((((wide)c2 << 32) | c3) >> 11) + 1) * unit;
}
