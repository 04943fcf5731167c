#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <stdint.h>
typedef uint64_t u;
static u S=88172645463325252ULL; static u rnd(){S^=S<<13;S^=S>>7;S^=S<<17;return S;}
static int words(u s,int n){int w=0;u left=s,go=0,cop=0,sofar=0,every=(n==64)?~0ULL:((1ULL<<n)-1);
 for(int i=0;i<n;i++){sofar=sofar<<1|1;u eq=(left&1)?s:(~s&every);left>>=1;cop=go&eq;int e=cop==0;w+=e;go=e?sofar:cop<<1;}
 return w+(cop!=0);}
static u rev(u s,int n){u r=0;for(int i=0;i<n;i++){r=r<<1|(s&1);s>>=1;}return r;}
static double K(u s,int n){u ev=(1ULL<<n)-1;double l=log2(n);if(s==0||s==ev)return l;return .5*l*(words(s,n)+words(rev(s,n),n));}
static int I,N;
#define b(i) ((r>>(I-1-(i)))&1)
static int T(const char*t,int r){
 if(!strcmp(t,"x0"))return b(0);if(!strcmp(t,"x0&x1"))return b(0)&b(1);if(!strcmp(t,"maj3"))return b(0)+b(1)+b(2)>=2;
 if(!strcmp(t,"parity"))return __builtin_popcount(r)&1;
 if(!strcmp(t,"x0^x1"))return b(0)^b(1);if(!strcmp(t,"x0^x1^x2"))return b(0)^b(1)^b(2);if(!strcmp(t,"x0&x1^x2"))return (b(0)&b(1))^b(2);
 if(!strcmp(t,"mux"))return b(0)?b(1):b(2);if(!strcmp(t,"maj5"))return __builtin_popcount(r)>=3;
 if(!strcmp(t,"x0|x1&x2"))return b(0)|(b(1)&b(2));if(!strcmp(t,"x0^x1&x2"))return b(0)^(b(1)&b(2));
 if(!strcmp(t,"x0&(x1|x2)"))return b(0)&(b(1)|b(2));if(!strcmp(t,"x0&x1&x2"))return b(0)&b(1)&b(2);if(!strcmp(t,"par4"))return b(0)^b(1)^b(2)^b(3);
 abort();}
static double prices[4];static int P;
/* agreement and classes */
static void run(const char*t,u shown,int cue,double*agr,double cl[4][5]){
 u tab=0;for(int r=0;r<N;r++)tab|=(u)T(t,r)<<r;int fr[64],f=0;for(int r=0;r<N;r++)if(!((shown>>r)&1))fr[f++]=r;
 u base=tab&shown,ign=0,inp[8]={0},fm=0;for(int r=0;r<N;r++)if(!((shown>>r)&1))fm|=1ULL<<r;
 if(cue>=0){for(int r=0;r<N;r++){if((fm>>r)&1){int tw=r^(1<<(I-1-cue));ign|=((tab>>tw)&1)<<r;for(int i=0;i<I;i++)inp[i]|=(u)b(i)<<r;}}}
 double Z[4]={0},A[4]={0};memset(cl,0,sizeof(double)*20);
 for(u c=0;c<(1ULL<<f);c++){u g=base;for(int k=0;k<f;k++)g|=((c>>k)&1)<<fr[k];double k=K(g,N);
  int ok=f-__builtin_popcountll((g^tab)&fm);int k5=4;u h=g&fm;
  if(cue>=0){if(h==ign)k5=0;else if(h==(fm&~ign))k5=1;else if(h==0||h==fm)k5=2;else for(int i=0;i<I;i++)if(i!=cue&&h==inp[i])k5=3;}
  for(int p=0;p<P;p++){double w=exp2(-prices[p]*k);Z[p]+=w;A[p]+=w*ok/f;cl[p][k5]+=w;}}
 for(int p=0;p<P;p++){agr[p]=A[p]/Z[p];for(int i=0;i<5;i++)cl[p][i]/=Z[p];}}
int main(){ /* log2 Z(a) at n=16 (check) and 32, by thermodynamic integration */
 for(int n=16;n<=32;n*=2){double lz=n,prev=0;int first=1;u x=rnd()&((1ULL<<n)-1),ev=(1ULL<<n)-1;double k=K(x,n);
  for(double a=0;a<=1.0001;a+=.025){double s=0;int M=300000;
   for(int i=0;i<M+20000;i++){u y;int m=rnd()%4;
     if(m==0)y=x^(1ULL<<(rnd()%n));else if(m==1)y=x^(1ULL<<(rnd()%n))^(1ULL<<(rnd()%n));
     else if(m==2){int p=rnd()%n,l=1+rnd()%n;u msk=((l>=n?ev:((1ULL<<l)-1))<<p)&ev;y=x^msk;}
     else {int p=rnd()%n;y=((x<<p)|(x>>(n-p)))&ev; if(p==0)y=x;}
     double q=K(y,n);if(q<=k||(rnd()>>11)*0x1p-53<exp2(-a*(q-k))){x=y;k=q;}
     if(i>=20000)s+=k;}
   s/=M;if(!first)lz-=.025*(s+prev)/2;first=0;prev=s;
   if(a>.55)printf("n %d a %.3f <K> %.2f log2Z %.3f\n",n,a,s,lz);}}}
