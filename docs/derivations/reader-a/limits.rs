//! What a reader without results computed before the registered run of `counting` (docs/guesses.md, Reader A): exact
//! posteriors of the panel at 4 inputs by gates, random networks in the limit of width (20 million Gaussian draws and their
//! negations, start of PyTorch), and descent in the space of the tangent kernel to the first fit, from that start and
//! from the start of the base arm (last lines: x0 0.83 and 0.78 and so on). No network is trained.
//!
//! cp docs/derivations/reader-a/limits.rs crates/complexity/examples/   (the folder is made for it)
//! cargo run --release -p mesascope-complexity --example limits        some minutes

use mesascope_complexity::*;
use std::f64::consts::PI;
struct R(u64, Option<f64>);
impl R { fn n(&mut self)->u64{ self.0=self.0.wrapping_add(0x9E3779B97F4A7C15); let mut z=self.0; z=(z^(z>>30)).wrapping_mul(0xBF58476D1CE4E5B9); z=(z^(z>>27)).wrapping_mul(0x94D049BB133111EB); z^(z>>31)}
 fn u(&mut self)->f64{ ((self.n()>>11) as f64+0.5)/(1u64<<53) as f64}
 fn g(&mut self)->f64{ if let Some(x)=self.1.take(){return x} let r=(-2.0*self.u().ln()).sqrt(); let t=2.0*PI*self.u(); self.1=Some(r*t.sin()); r*t.cos()} }
fn e(kxx:f64,kyy:f64,kxy:f64)->(f64,f64){ let s=(kxx*kyy).sqrt(); let c=(kxy/s).clamp(-1.0,1.0); let a=c.acos(); (s*(a.sin()+(PI-a)*c)/(2.0*PI),(PI-a)/(2.0*PI)) }
fn kernels(n:usize,pm:bool,layers:usize,w:f64)->(Vec<Vec<f64>>,Vec<Vec<f64>>){ // NNGP, NTK standard param, torch
 let m=1<<n; let x:Vec<Vec<f64>>=(0..m).map(|r|(0..n).map(|i|{let b=(r>>(n-1-i))&1; if pm {2.0*b as f64-1.0} else {b as f64}}).collect()).collect();
 let dot=|a:usize,b:usize|x[a].iter().zip(&x[b]).map(|(p,q)|p*q).sum::<f64>();
 let mut k=vec![vec![0.0;m];m]; let mut t=vec![vec![0.0;m];m];
 for a in 0..m {for b in 0..m {k[a][b]=(dot(a,b)+1.0)/(3.0*n as f64); t[a][b]=dot(a,b)+1.0;}}
 for _ in 0..layers { let mut k2=k.clone(); let mut t2=t.clone();
  for a in 0..m{for b in 0..m{ let (r,d)=e(k[a][a],k[b][b],k[a][b]); k2[a][b]=r/3.0+1.0/(3.0*w); t2[a][b]=w*r+1.0+t[a][b]*d/3.0;}} k=k2;t=t2;}
 (k,t)}
fn kernels_of_the_base_arm(n:usize,pm:bool,layers:usize,w:f64)->(Vec<Vec<f64>>,Vec<Vec<f64>>){
 let m=1<<n; let x:Vec<Vec<f64>>=(0..m).map(|r|(0..n).map(|i|{let b=(r>>(n-1-i))&1; if pm {2.0*b as f64-1.0} else {b as f64}}).collect()).collect();
 let dot=|a:usize,b:usize|x[a].iter().zip(&x[b]).map(|(p,q)|p*q).sum::<f64>();
 let mut k=vec![vec![0.0;m];m]; let mut t=vec![vec![0.0;m];m];
 for a in 0..m {for b in 0..m {k[a][b]=(dot(a,b)*2.0)/(n as f64)+1e-9; t[a][b]=dot(a,b)+1.0;}}
 for lay in 0..layers { let mut k2=k.clone(); let mut t2=t.clone();
  for a in 0..m{for b in 0..m{ let (r,d)=e(k[a][a],k[b][b],k[a][b]); let ww=if lay+1<layers{2.0}else{1.0}; k2[a][b]=r*ww; t2[a][b]=w*r+1.0+t[a][b]*d*ww;}} k=k2;t=t2;}
 (k,t)}
fn chol(k:&Vec<Vec<f64>>)->Vec<Vec<f64>>{ let n=k.len(); let mut l=vec![vec![0.0;n];n]; for i in 0..n{for j in 0..=i{ let mut s=k[i][j]+ if i==j {1e-12} else {0.0}; for p in 0..j{s-=l[i][p]*l[j][p];} l[i][j]=if i==j {s.max(1e-15).sqrt()} else {s/l[j][j]};}} l}
fn pick(r:&mut R,m:usize,k:usize)->Vec<usize>{ let mut v:Vec<usize>=(0..m).collect(); for i in 0..k{let j=i+(r.n() as usize)%(m-i); v.swap(i,j);} v }
fn lazy(r:&mut R,l:&Vec<Vec<f64>>,t:&Vec<Vec<f64>>,f:u128,v:&[usize],s:usize,step:f64)->f64{
 let m=l.len(); let z:Vec<f64>=(0..m).map(|_|r.g()).collect();
 let f0:Vec<f64>=(0..m).map(|i|(0..=i).map(|j|l[i][j]*z[j]).sum()).collect();
 let y=|i:usize| if f>>i&1==1 {1.0} else {-1.0};
 let mut al=vec![0.0;s]; let mut g:Vec<f64>=v[..s].iter().map(|&i|f0[i]).collect();
 for _ in 0..200000 { if (0..s).all(|i|(g[i]>0.0)==(y(v[i])>0.0)) {break}
  for i in 0..s { let p=1.0/(1.0+(y(v[i])*g[i]).exp()); al[i]+=step*y(v[i])*p; }
  for i in 0..s { g[i]=f0[v[i]]+(0..s).map(|j|t[v[i]][v[j]]*al[j]).sum::<f64>(); } }
 let mut h=0; for &i in &v[s..]{ let q=f0[i]+(0..s).map(|j|t[i][v[j]]*al[j]).sum::<f64>(); if (q>0.0)==(y(i)>0.0){h+=1} } h as f64/(m-s) as f64 }
fn main(){
 let mut r=R(12345,None); let sets=1500;
 // panel and guesses at 4 inputs
 let lz:Vec<f64>=(0..65536u128).map(|f|lempel_ziv::complexity_of_function(f,16)).collect();
 let sc:Vec<f64>=(0..65536u128).map(|f|match smallest_circuit(f,4){Gates::Exactly(g)|Gates::AtLeast(g)=>g as f64}).collect();
 let se:Vec<f64>=(0..65536u128).map(|f|sensitivity::sensitive_pairs(f,4) as f64/16.0).collect();
 let ntk={ // record's kernel
  let m=16; let mut k=vec![vec![0.0;m];m]; for a in 0..m{for b in 0..m{ let d=(0..4).map(|i| if (a^b)>>i&1==1 {-1.0} else {1.0}).sum::<f64>()+1.0; let mut an=(d/5.0f64).clamp(-1.0,1.0).acos(); let mut ta=an.cos(); for _ in 0..2 {let nx=(an.sin()+(PI-an)*an.cos())/PI; ta=nx+ta*(PI-an)/PI; an=nx.clamp(-1.0,1.0).acos();} k[a][b]=ta;}} k};
 let mut hist=vec![];
 for pm in [false,true]{ let (k,_)=kernels(4,pm,2,40.0); let l=chol(&k); let mut h=vec![0u32;65536]; for _ in 0..40_000_000u64/2{ let mut z=[0.0;16]; for q in z.iter_mut(){*q=r.g();} let mut f=0; for i in 0..16{ let mut s=0.0; for j in 0..=i{s+=l[i][j]*z[j];} if s>0.0{f|=1<<i} } h[f]+=1; h[65535^f]+=1;} hist.push(h); }
 for gates in 0..=7u8 { let mut a=[0.0;8]; let (mut n0,mut n1)=(0,0); let mut sd=[0.0;8];
  let c=circuits::count_of_size(4,gates);
  for _ in 0..sets { let f=circuits::function_of_size(4,gates,r.n()%c); let v=pick(&mut r,16,8);
   let mut w=[[0.0;2];6]; 
   for q in 0..256u32 { let mut g=0u32; let mut hit=0; for i in 0..8{ if f>>v[i]&1==1 {g|=1<<v[i]} } for i in 0..8 { let b=q>>i&1; if b==1{g|=1<<v[8+i]} if (f>>v[8+i]&1) as u32==b {hit+=1} }
    let x=g as usize; let ws=[(-lz[x]).exp2(),(-sc[x]).exp2(),(-se[x]).exp2(),hist[0][x] as f64,hist[1][x] as f64,(-7.0*sc[x]).exp2()];
    for j in 0..6{w[j][0]+=ws[j]; w[j][1]+=ws[j]*hit as f64/8.0;} }
   for j in 0..6{ if w[j][0]>0.0 { let q=w[j][1]/w[j][0]; a[j]+=q; sd[j]+=q*q; if j==3{n0+=1} if j==4 {n1+=1} } }
   // ntk max margin via perceptron-like dual ascent
   let mut al=[0.0f64;8]; for _ in 0..400 { for i in 0..8 { let yi=if f>>v[i]&1==1{1.0}else{-1.0}; let mut s=0.0; for j in 0..8{ let yj=if f>>v[j]&1==1{1.0}else{-1.0}; s+=al[j]*yj*ntk[v[i]][v[j]]; } al[i]=(al[i]+(1.0-yi*s)/ntk[v[i]][v[i]]).max(0.0);} }
   let mut h=0; for i in 8..16 { let yi=if f>>v[i]&1==1{1.0}else{-1.0}; let s:f64=(0..8).map(|j|al[j]*(if f>>v[j]&1==1{1.0}else{-1.0})*ntk[v[i]][v[j]]).sum(); if s*yi>0.0{h+=1} } a[6]+=h as f64/8.0; }
  let d=[sets,sets,sets,n0,n1,sets,sets];
  print!("4in gates {gates} n {c}: "); for (j,nm) in ["lz","circ","sens","guess01","guesspm","prog7","ntkmm"].iter().enumerate(){ print!("{nm} {:.3} ",a[j]/d[j] as f64);} 
  for pm in [false,true]{ let (k,t)=kernels(4,pm,2,40.0); let l=chol(&k); let mut s=0.0; let nn=4000; for _ in 0..nn { let f=circuits::function_of_size(4,gates,r.n()%c); let v=pick(&mut r,16,8); s+=lazy(&mut r,&l,&t,f,&v,8,0.002);} print!("lazy{} {:.3} ",if pm {"pm"} else {"01"},s/nn as f64);} println!(" n {n0} {n1}"); }
 let fns:[(&str,fn(&[u32])->u32);9]=[("x0",|b|b[0]),("x0&x1",|b|b[0]&b[1]),("maj3",|b|((b[0]+b[1]+b[2])>1) as u32),("par5",|b|b[0]^b[1]^b[2]^b[3]^b[4]),("x0^x1",|b|b[0]^b[1]),("x0^x1^x2",|b|b[0]^b[1]^b[2]),("(x0&x1)^x2",|b|(b[0]&b[1])^b[2]),("mux",|b|if b[0]==1 {b[1]} else {b[2]}),("maj5",|b|((b[0]+b[1]+b[2]+b[3]+b[4])>2) as u32)];
 for (nm,fu) in fns { print!("5in {nm}: "); let f:u128=(0..32).map(|x|{let b:Vec<u32>=(0..5).map(|i|(x>>(4-i))&1).collect(); (fu(&b) as u128)<<x}).sum();
  for pm in [false,true]{ let (k,t)=kernels(5,pm,2,40.0); let l=chol(&k); let mut s=0.0; let nn=2000; for _ in 0..nn { let v=pick(&mut r,32,16); s+=lazy(&mut r,&l,&t,f,&v,16,0.002);} print!("lazy{} {:.3} ",if pm {"pm"} else {"01"},s/nn as f64);} println!(); }
 for gates in [1u8,3]{ for w in [12.0,640.0]{ print!("5in gates {gates} width {w}: "); let c=circuits::count_of_size(5,gates); for pm in [false,true]{ let (k,t)=kernels(5,pm,2,w); let l=chol(&k); let mut s=0.0; let nn=2000; for _ in 0..nn { let f=circuits::function_of_size(5,gates,r.n()%c); let v=pick(&mut r,32,16); s+=lazy(&mut r,&l,&t,f,&v,16,0.08/w);} print!("lazy{} {:.3} ",if pm {"pm"} else {"01"},s/nn as f64);} println!(); }}
 for (nm,fu) in fns { print!("base arm, 5in {nm}: "); let f:u128=(0..32).map(|x|{let b:Vec<u32>=(0..5).map(|i|(x>>(4-i))&1).collect(); (fu(&b) as u128)<<x}).sum();
  for pm in [false,true]{ let (k,t)=kernels_of_the_base_arm(5,pm,2,40.0); let l=chol(&k); let mut s=0.0; let nn=600; for _ in 0..nn { let v=pick(&mut r,32,16); s+=lazy(&mut r,&l,&t,f,&v,16,0.002);} print!("lazy{} {:.3} ",if pm {"pm"} else {"01"},s/nn as f64);} println!(); }
}
