// long cspawn_clone3(struct clone_args *arguments, size_t size, void (*child)(void *), void *value)
//
// clone3(2) whose child calls `child(value)` on the new stack and never returns here. Arguments that the kernel does not
// use stay in their registers across the call, so the child needs nothing from the parent's stack.

        .text
        .globl cspawn_clone3
        .hidden cspawn_clone3
        .type cspawn_clone3, %function
        .p2align 4
cspawn_clone3:
#if defined(__x86_64__)
        .cfi_startproc
        endbr64
        movq %rcx, %r8              // syscall overwrites rcx
        movl $435, %eax
        syscall
        testl %eax, %eax
        jz 1f
        ret
1:      .cfi_undefined %rip         // the outermost frame: unwinders stop here
        xorl %ebp, %ebp
        movq %r8, %rdi
        callq *%rdx
        hlt
        .cfi_endproc
#elif defined(__aarch64__)
        .cfi_startproc
        hint #34                    // bti c
        mov x8, #435
        svc #0
        cbz x0, 1f
        ret
1:      .cfi_undefined x30
        mov x29, #0
        mov x30, #0
        mov x0, x3
        blr x2
        brk #0
        .cfi_endproc
#else
#error "berth runs on x86-64 and arm64"
#endif
        .size cspawn_clone3, . - cspawn_clone3
        .section .note.GNU-stack, "", %progbits
