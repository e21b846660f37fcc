/* start.c: what a Cortex-M4 does from reset to main, and how it tells numbers
 * to the one who runs it: by semihosting, which qemu-system-arm knows. With
 * mps2.ld a whole firmware for its machine mps2-an386. */
#include <stdint.h>
#include <string.h>

#include "say.h"

extern uint32_t stack_end[], data_from[], data_begin[], data_end[], bss_begin[],
    bss_end[];

/* SysTick counts down; with -icount shift=0 an instruction takes a nanosecond,
 * and the machine's clock ticks every 40. */
static volatile uint32_t *const systick = (uint32_t *)0xE000E010;
enum { INSTRUCTIONS_A_TICK = 40, MOST_TICKS = 0xFFFFFF };

uint32_t instructions(void)
{
    return (MOST_TICKS - systick[2]) * INSTRUCTIONS_A_TICK;
}

static int semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void say(const char *text)
{
    enum { SYS_WRITE0 = 4 };
    semihosting(SYS_WRITE0, text);
}

static void leave(int status)
{
    enum { SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };
    const int why[2] = {APPLICATION_EXIT, status};
    for (;;)
        semihosting(SYS_EXIT_EXTENDED, why);
}

static void fault(void)
{
    say("fault\n");
    leave(1);
}

static void reset(void)
{
    *(volatile uint32_t *)0xE000ED88 |= 0xF << 20; /* the FPU may be used */
    memcpy(data_begin, data_from,
           (size_t)((char *)data_end - (char *)data_begin));
    memset(bss_begin, 0, (size_t)((char *)bss_end - (char *)bss_begin));
    systick[1] = MOST_TICKS;
    systick[2] = 0;
    systick[0] = 5; /* the processor's clock, no interrupt */
    while (systick[2] == 0) {
    }
    leave(main());
}

/* The stack, what runs first, and for all that goes wrong. */
static const struct {
    uint32_t *stack;
    void (*handlers[6])(void);
} vectors __attribute__((section(".vectors"), used)) = {
    stack_end, {reset, fault, fault, fault, fault, fault}};
