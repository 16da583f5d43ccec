package main_test

import "syscall"

// callOf gives the call that a thread has come to: its number and its arguments.
func callOf(tid int) (number uintptr, args [4]uint64) {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return ^uintptr(0), args // it has been killed
	}
	return uintptr(r.Orig_rax), [4]uint64{r.Rdi, r.Rsi, r.Rdx, r.R10}
}

// skipCall has the kernel leave that call out.
func skipCall(tid int) error {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return err
	}
	r.Orig_rax = ^uint64(0)
	return syscall.PtraceSetRegs(tid, &r)
}

// answerCall has it end with an error.
func answerCall(tid int, errno syscall.Errno) error {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return err
	}
	r.Rax = -uint64(errno)
	return syscall.PtraceSetRegs(tid, &r)
}
