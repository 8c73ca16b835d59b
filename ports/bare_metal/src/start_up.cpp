// What the compiler calls beside main() where objects are static. Nothing ever ends on a device, so
// nothing that would be destroyed at the end is remembered.
extern "C" {
extern void* const __dso_handle;
void* const __dso_handle = nullptr;
int __cxa_atexit(void (*)(void*), void*, void*);
int __cxa_atexit(void (*)(void*), void*, void*) { return 0; }
int __aeabi_atexit(void*, void (*)(void*), void*);
int __aeabi_atexit(void*, void (*)(void*), void*) { return 0; }
}
