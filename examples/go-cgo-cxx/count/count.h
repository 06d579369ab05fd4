#ifdef __cplusplus
extern "C" {
#endif

char *count_words(const char *text);

#ifdef __cplusplus
}
#endif
